/** What became of the images elsewhere: others decided, images changed, or the line was broken meanwhile. */

import { post } from "./api.js";
import { onLine } from "./connection.js";
import { sayWrong } from "./status.js";

export class News {
  /** Whether the line broke since the last time that everything was asked for again. */
  #away = false;

  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.app = app;
  }

  /** Catch up from now on whenever the line is back. */
  watch() {
    onLine((line) => {
      if (line !== "here") this.#away = true;
      else if (this.#away) this.catchUp().catch(sayWrong);
    });
  }

  /** After the line was broken: send what waits, then ask again for everything that may have changed meanwhile. */
  async catchUp() {
    const { app } = this;
    this.#away = false;
    app.outbox.nudge();
    await app.decisions.adopt();
    await app.decisions.settled();
    await app.renew();
    const shown = [...app.cache.ids()];
    await app.cache.renew(shown);
    app.tell("changed", shown);
    if (app.state.version !== app.version) app.outdate();
    app.tell("images");
    for (const picture of document.images) if (picture.src && picture.complete && !picture.naturalWidth) picture.src = picture.src;
  }

  /**
   * Somebody decided: of these images what is shown is asked for again, unless it is of those versions, as after own votes.
   * @param {{ids: number[], versions: number[]}} changes
   */
  async decided({ ids, versions }) {
    this.app.changed(await this.app.cache.renew(ids, versions));
    this.app.renewSoon();
  }

  /** Images, scores or the set changed, from here or elsewhere. */
  async imagesChanged() {
    const { app } = this;
    await app.cache.renew([...app.cache.ids()]);
    app.changed([...app.cache.ids()]);
    app.renewSoon();
    app.outdate();
    app.tell("images");
  }

  /** Show from now on what came of others' votes: the server remembers it, and tells more of every image. */
  async seeOthers() {
    await post("/api/sight");
    await this.imagesChanged();
  }
}
