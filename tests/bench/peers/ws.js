// SPDX-License-Identifier: GPL-3.0-or-later
// What one would write with Node's `ws`: a peer of the benchmark. `node ws.js bcast|echo|pair` prints the port it
// listens on.
'use strict'

const { WebSocketServer, WebSocket } = require('ws')

const mode = process.argv[2]
if (!['bcast', 'echo', 'pair'].includes(mode)) {
  console.error('Usage: node ws.js bcast|echo|pair')
  process.exit(2)
}

const channels = new Map()
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, backlog: 4096, perMessageDeflate: false })

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
server.on('listening', () => console.log(server.address().port))
