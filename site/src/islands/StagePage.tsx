/** `/watch/…` */
import { Stage } from "./Stage.tsx";
import { VisitPage } from "./VisitPage.tsx";

export const StagePage = () => <VisitPage Stage={Stage} />;
