/** `/embed/…`: the visit of `/watch/…` in a frame on someone else's page. */
import { EmbedStage } from "./EmbedStage.tsx";
import { Embedded } from "./Scenes.tsx";
import { beginVisit, VisitPage } from "./VisitPage.tsx";

const visit = beginVisit();

export const EmbedPage = () => (
  <Embedded value={true}>
    <VisitPage visit={visit} Stage={EmbedStage} />
  </Embedded>
);
