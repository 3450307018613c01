/** `/embed/…`: the visit of `/watch/…` in a frame on someone else's page. */
import { EmbedStage } from "./EmbedStage.tsx";
import { VisitPage } from "./VisitPage.tsx";

export const EmbedPage = () => <VisitPage Stage={EmbedStage} />;
