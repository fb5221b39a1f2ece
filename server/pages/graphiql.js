// Shows GraphiQL with our saved questions. Subscriptions come as server-sent events over POST, so that the headers
// written in the page (a token, say) go with them as with any question.
(function () {
  "use strict";

  const ENDPOINT = "/graphql";

  function isSubscription(question, document) {
    const operations = (document ? document.definitions : []).filter((each) => each.kind === "OperationDefinition");
    const named = operations.filter((each) => !question.operationName || each.name?.value === question.operationName);
    return named.length > 0 && named[0].operation === "subscription";
  }

  function post(question, headers, accept, signal) {
    return fetch(ENDPOINT, {
      method: "POST",
      headers: { "content-type": "application/json", accept, "graphql-cost": "report", ...headers },
      body: JSON.stringify(question),
      signal,
    });
  }

  async function* events(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) {
        const lines = block.split(/\r?\n/);
        const kind = lines.find((line) => line.startsWith("event:"))?.slice(6).trim();
        const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n");
        if (kind === "complete") return;
        if (kind === "next" && data.trim()) yield JSON.parse(data);
      }
    }
  }

  async function* subscribed(question, headers) {
    const stopped = new AbortController();
    try {
      const response = await post(question, headers, "text/event-stream", stopped.signal);
      if (!(response.headers.get("content-type") || "").startsWith("text/event-stream")) {
        yield await response.json();
        return;
      }
      yield* events(response);
    } finally {
      stopped.abort();
    }
  }

  function fetcher(question, options) {
    const headers = options?.headers ?? {};
    if (isSubscription(question, options?.documentAST)) return subscribed(question, headers);
    return post(question, headers, "application/graphql-response+json, application/json").then((each) => each.json());
  }

  const questions = JSON.parse(document.getElementById("questions").textContent);
  ReactDOM.createRoot(document.getElementById("graphiql")).render(
    React.createElement(GraphiQL, {
      fetcher,
      defaultTabs: questions,
      defaultQuery: "# A question to BTB. Control and space together show what can be asked here.\n",
      defaultEditorToolsVisibility: "variables",
      shouldPersistHeaders: false,
    }),
  );
})();
