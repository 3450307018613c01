/** `/watch/…` */
import { Stage } from "./Stage.tsx";
import { begin_visit, VisitPage } from "./VisitPage.tsx";

const visit = begin_visit();

export const StagePage = () => <VisitPage visit={visit} Stage={Stage} />;
