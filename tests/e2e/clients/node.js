// SPDX-License-Identifier: GPL-3.0-or-later
// A client on Node's ws, told what to do by lines of JSON and telling what happens in the same way.
const WebSocket = require("ws");
const tell = (what) => process.stdout.write(JSON.stringify(what) + "\n");
let socket;

const commands = {
  open({ number, url, token }) {
    const say = (event, what) => tell({ number, event, ...what });
    socket = new WebSocket(url, { headers: token ? { Authorization: "Bearer " + token } : {} });
    socket.on("open", () => say("open", { extensions: socket.extensions }));
    socket.on("unexpected-response", (_, response) => {
      say("refused", { status: response.statusCode });
      response.resume();
    });
    socket.on("message", (data, binary) => say("message", { data: data.toString(binary ? "hex" : "utf8"), binary }));
    socket.on("close", (code, reason) => say("closed", { code, reason: reason.toString() }));
    socket.on("error", (error) => say("error", { message: error.message }));
  },
  send({ data }) { socket.send(data); },
};

require("readline").createInterface({ input: process.stdin })
  .on("line", (line) => { const command = JSON.parse(line); commands[command.do](command); })
  .on("close", () => process.exit(0));
