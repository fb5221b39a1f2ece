// node server.mjs <apollo|mercurius|mercurius-jit|yoga-jit> <memory|database> <port>
const [name, setting, port] = process.argv.slice(2);
const [framework, jit] = name.split("-");
const { serve } = await import(`./${framework}.mjs`);
await serve(await import(`./${setting}.mjs`), Number(port), jit === "jit");
