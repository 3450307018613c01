/** `/watch/…` */
import { Stage } from "./Stage.tsx";
import { beginVisit, VisitPage } from "./VisitPage.tsx";

const visit = beginVisit();

export const StagePage = () => <VisitPage visit={visit} Stage={Stage} />;
