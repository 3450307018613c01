/** `/embed/…`: the visit of `/watch/…` in a frame on someone else's page. */
import { EmbedStage } from "./EmbedStage.tsx";
import { beginVisit, VisitPage } from "./VisitPage.tsx";

const visit = beginVisit();

export const EmbedPage = () => <VisitPage visit={visit} Stage={EmbedStage} />;
