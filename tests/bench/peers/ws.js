// SPDX-License-Identifier: GPL-3.0-or-later
// What one would write with Node's `ws`: a peer of the benchmark. `node ws.js bcast|echo|pair [deflate|CERTIFICATE KEY]` prints the port it
// listens on, with a certificate over TLS.
'use strict'

const fs = require('fs')
const http = require('http')
const https = require('https')
const { WebSocketServer, WebSocket } = require('ws')

const mode = process.argv[2]
if (!['bcast', 'echo', 'pair'].includes(mode)) {
  console.error('Usage: node ws.js bcast|echo|pair [deflate|CERTIFICATE KEY]')
  process.exit(2)
}

const channels = new Map()
const deflate = process.argv[3] === 'deflate'
const [certificate, key] = deflate ? [] : process.argv.slice(3)
const carrier = certificate
  ? https.createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) })
  : http.createServer()
const server = new WebSocketServer({ server: carrier, perMessageDeflate: deflate && { threshold: 256 } })

server.on('connection', (socket, request) => {
  const name = mode === 'pair' ? request.url : ''
  let channel = channels.get(name)
  if (channel === undefined) {
    channel = new Set()
    channels.set(name, channel)
  }
  channel.add(socket)
  socket.on('close', () => channel.delete(socket))
  socket.on('error', () => {})
  socket.on('message', (data, isBinary) => {
    if (mode === 'echo') {
      socket.send(data, { binary: isBinary })
      return
    }
    for (const other of channel) {
      if (other !== socket && other.readyState === WebSocket.OPEN) other.send(data, { binary: isBinary })
    }
  })
})
carrier.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => console.log(carrier.address().port))
