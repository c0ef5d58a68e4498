/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "widgets/sb-snippet.h"
#include <glib/gi18n.h>

/* What stands where the token goes when there is none to fill in: plainly not one. */
#define PLACEHOLDER "PASTE_YOUR_TOKEN_HERE"

static const struct
{
  const char *title;
  const char *needs;
  const char *language;
  const char *text; /* {URI}, {TOKEN}, {HOST}, {PORT}, {PATH} and {BEGIN} are filled in */
} snippets[SB_N_SNIPPETS] = {
  [SB_SNIPPET_BROWSER] = {
    N_("Browser"),
    N_("JavaScript on a web page"),
    "js",
    "const socket = new WebSocket(\n"
    "  \"{URI}\",\n"
    "  [\"signalbox\", \"bearer.{TOKEN}\"],\n"
    ");\n"
    "\n"
    "socket.onopen = () =>\n"
    "  socket.send(JSON.stringify({ hello: \"world\" }));\n"
    "socket.onmessage = (event) =>\n"
    "  console.log(JSON.parse(event.data));\n"
    "socket.onclose = (event) =>\n"
    "  console.log(\"closed\", event.code, event.reason);\n",
  },
  [SB_SNIPPET_NODE] = {
    N_("Node.js"),
    N_("npm install ws"),
    "js",
    "const { WebSocket } = require(\"ws\");\n"
    "\n"
    "const socket = new WebSocket(\"{URI}\", {\n"
    "  headers: { Authorization: \"Bearer {TOKEN}\" },\n"
    "});\n"
    "\n"
    "socket.on(\"open\", () =>\n"
    "  socket.send(JSON.stringify({ hello: \"world\" })));\n"
    "socket.on(\"message\", (data) =>\n"
    "  console.log(JSON.parse(data)));\n"
    "socket.on(\"close\", (code, reason) =>\n"
    "  console.log(\"closed\", code, String(reason)));\n"
    "socket.on(\"error\", (error) =>\n"
    "  console.error(error.message));\n",
  },
  [SB_SNIPPET_PYTHON] = {
    N_("Python"),
    N_("pip install websockets, version 14 or later"),
    "python3",
    "import asyncio\n"
    "import json\n"
    "from websockets.asyncio.client import connect\n"
    "\n"
    "\n"
    "async def main():\n"
    "    headers = {\"Authorization\": \"Bearer {TOKEN}\"}\n"
    "    async with connect(\"{URI}\", additional_headers=headers) as socket:\n"
    "        await socket.send(json.dumps({\"hello\": \"world\"}))\n"
    "        async for message in socket:\n"
    "            print(json.loads(message))\n"
    "\n"
    "\n"
    "asyncio.run(main())\n",
  },
  [SB_SNIPPET_CURL] = {
    N_("curl"),
    N_("Version 8.11 or later; listens only"),
    "sh",
    "curl --no-buffer \\\n"
    "  --header \"Authorization: Bearer {TOKEN}\" \\\n"
    "  \"{URI}\"\n",
  },
  [SB_SNIPPET_WEBSOCAT] = {
    N_("websocat"),
    N_("Type a message, press Enter"),
    "sh",
    "websocat \"{URI}\" \\\n"
    "  -H=\"Authorization: Bearer {TOKEN}\"\n",
  },
  [SB_SNIPPET_ARDUINO] = {
    N_("Arduino"),
    N_("ESP32 with the library “WebSockets” by Markus Sattler"),
    "cpp",
    "#include <WiFi.h>\n"
    "#include <WebSocketsClient.h>\n"
    "\n"
    "WebSocketsClient client;\n"
    "\n"
    "void onEvent(WStype_t type, uint8_t *payload, size_t length) {\n"
    "  if (type == WStype_CONNECTED)\n"
    "    client.sendTXT(\"{\\\"hello\\\":\\\"world\\\"}\");\n"
    "  if (type == WStype_TEXT)\n"
    "    Serial.printf(\"%s\\n\", payload);\n"
    "}\n"
    "\n"
    "void setup() {\n"
    "  Serial.begin(115200);\n"
    "  WiFi.begin(\"NETWORK\", \"PASSWORD\");\n"
    "  while (WiFi.status() != WL_CONNECTED)\n"
    "    delay(100);\n"
    "  client.onEvent(onEvent);\n"
    "  client.setExtraHeaders(\"Authorization: Bearer {TOKEN}\");\n"
    "  client.{BEGIN}(\"{HOST}\", {PORT}, \"{PATH}\");\n"
    "}\n"
    "\n"
    "void loop() {\n"
    "  client.loop();\n"
    "}\n",
  },
};

const char *
sb_snippet_get_title (SbSnippet snippet)
{
  g_return_val_if_fail (snippet < SB_N_SNIPPETS, NULL);

  return _(snippets[snippet].title);
}

const char *
sb_snippet_get_needs (SbSnippet snippet)
{
  g_return_val_if_fail (snippet < SB_N_SNIPPETS, NULL);

  return _(snippets[snippet].needs);
}

const char *
sb_snippet_get_language (SbSnippet snippet)
{
  g_return_val_if_fail (snippet < SB_N_SNIPPETS, NULL);

  return snippets[snippet].language;
}

/**
 * sb_snippet_make:
 * @uri: "ws://HOST:PORT/CHANNEL" or with wss
 * @secret: (nullable): a token, or %NULL for a placeholder
 *
 * Returns: (transfer full): the program's text
 */
char *
sb_snippet_make (SbSnippet   snippet,
                 const char *uri,
                 const char *secret)
{
  g_autoptr (GUri) parsed = NULL;
  g_autoptr (GString) text = NULL;
  g_autofree char *port = NULL;
  gboolean tls;

  g_return_val_if_fail (snippet < SB_N_SNIPPETS, NULL);
  parsed = g_uri_parse (uri, G_URI_FLAGS_ENCODED, NULL);
  g_return_val_if_fail (parsed != NULL, NULL);

  tls = g_str_equal (g_uri_get_scheme (parsed), "wss");
  port = g_strdup_printf ("%d", g_uri_get_port (parsed) > 0 ? g_uri_get_port (parsed) : tls ? 443 : 80);
  text = g_string_new (snippets[snippet].text);
  g_string_replace (text, "{URI}", uri, 0);
  g_string_replace (text, "{TOKEN}", secret != NULL ? secret : PLACEHOLDER, 0);
  g_string_replace (text, "{HOST}", g_uri_get_host (parsed), 0);
  g_string_replace (text, "{PORT}", port, 0);
  g_string_replace (text, "{PATH}", *g_uri_get_path (parsed) != '\0' ? g_uri_get_path (parsed) : "/", 0);
  g_string_replace (text, "{BEGIN}", tls ? "beginSSL" : "begin", 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
