/** `/embed/…`: the visit of `/watch/…` in a frame on someone else's page. */
import { EmbedStage } from "./EmbedStage.tsx";
import { begin_visit, VisitPage } from "./VisitPage.tsx";

const visit = begin_visit();

export const EmbedPage = () => <VisitPage visit={visit} Stage={EmbedStage} />;
