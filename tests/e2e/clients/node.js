// SPDX-License-Identifier: GPL-3.0-or-later
// A client on Node's ws, told what to do by lines of JSON and telling what happens in the same way.
const WebSocket = require("ws");
const tell = (what) => process.stdout.write(JSON.stringify(what) + "\n");
let socket;

const commands = {
  open({ url, token }) {
    socket = new WebSocket(url, { headers: token ? { Authorization: "Bearer " + token } : {} });
    socket.on("open", () => tell({ event: "open" }));
    socket.on("unexpected-response", (_, response) => { tell({ event: "refused", status: response.statusCode }); socket.terminate(); });
    socket.on("message", (data, binary) => tell({ event: "message", data: data.toString(binary ? "hex" : "utf8"), binary }));
    socket.on("close", (code, reason) => tell({ event: "closed", code, reason: reason.toString() }));
    socket.on("error", () => {});
  },
  send({ data }) { socket.send(data); },
  close() { socket.close(1000, "done"); },
};

require("readline").createInterface({ input: process.stdin })
  .on("line", (line) => { const command = JSON.parse(line); commands[command.do](command); })
  .on("close", () => process.exit(0));
