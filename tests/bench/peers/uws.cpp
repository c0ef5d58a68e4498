/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one would write with uWebSockets who knows it well: a peer of the benchmark. `uws-server bcast|echo|pair` prints the port it listens on.
 * Built by tests/bench/uws, for the library is in no distribution. */
#include <Hub.h>

#include <algorithm>
#include <arpa/inet.h>
#include <cstdio>
#include <cstring>
#include <string>
#include <sys/resource.h>
#include <unordered_map>
#include <vector>

typedef uWS::WebSocket<uWS::SERVER> Socket;

struct Channel
{
  std::vector<Socket *> sockets;
  /* Said in this turn of the loop, all of them text, and who said each. */
  std::vector<std::string> messages;
  std::vector<Socket *> senders;
};

enum class Mode
{
  BCAST, /* to all others */
  ECHO,  /* back */
  PAIR,  /* to the others of the same path */
};

struct Client
{
  Channel *channel;
  size_t place; /* in it */
};

struct Server
{
  Mode mode;
  std::unordered_map<std::string, Channel> channels;
};

static Channel &
channel_of (Socket *socket)
{
  return *static_cast<Client *> (socket->getUserData ())->channel;
}

static void
join (Server &server, Socket *socket, const std::string &name)
{
  Channel &channel = server.channels[name];

  socket->setUserData (new Client{ &channel, channel.sockets.size () });
  channel.sockets.push_back (socket);
}

static void
leave (Socket *socket)
{
  Client *client = static_cast<Client *> (socket->getUserData ());
  std::vector<Socket *> &sockets = client->channel->sockets;
  Socket *last = sockets.back ();

  sockets[client->place] = last;
  static_cast<Client *> (last->getUserData ())->place = client->place;
  sockets.pop_back ();
  delete client;
}

/* Who has said something gets what the others have said, one by one. */
static void
send_to_sender (Channel &channel, Socket *socket)
{
  for (size_t i = 0; i < channel.messages.size (); i++)
    if (channel.senders[i] != socket)
      socket->send (channel.messages[i].data (), channel.messages[i].size (), uWS::TEXT);
}

/* At the end of a turn, the same buffer for all and one call for each client. The library's own broadcast() makes one for each message,
 * which costs seven times as much, and would send to the sender, too. */
static void
flush (Channel &channel)
{
  std::vector<int> none;
  Socket::PreparedMessage *batch;

  if (channel.messages.empty ())
    return;
  batch = Socket::prepareMessageBatch (channel.messages, none, uWS::TEXT, false);
  for (Socket *socket : channel.sockets)
    if (std::find (channel.senders.begin (), channel.senders.end (), socket) == channel.senders.end ())
      socket->sendPrepared (batch);
    else
      send_to_sender (channel, socket);
  Socket::finalizeMessage (batch);
  channel.messages.clear ();
  channel.senders.clear ();
}

static void
received (Server &server, Socket *socket, const char *message, size_t length, uWS::OpCode code)
{
  if (server.mode == Mode::ECHO)
    socket->send (message, length, code);
  else if (server.mode == Mode::PAIR)
    {
      for (Socket *other : channel_of (socket).sockets)
        if (other != socket)
          other->send (message, length, code);
    }
  else
    {
      channel_of (socket).messages.emplace_back (message, length);
      channel_of (socket).senders.push_back (socket);
    }
}

/* The library does not tell which port it was given: that of the one socket that listens. */
static int
find_port ()
{
  for (int fd = 0; fd < 64; fd++)
    {
      struct sockaddr_in address;
      socklen_t length = sizeof address;
      int listens = 0;
      socklen_t size = sizeof listens;

      if (getsockopt (fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0 &&
          getsockname (fd, reinterpret_cast<struct sockaddr *> (&address), &length) == 0)
        return ntohs (address.sin_port);
    }
  return -1;
}

static bool
choose_mode (const char *name, Mode &mode)
{
  static const char *const names[] = { "bcast", "echo", "pair" };

  for (int i = 0; i < 3; i++)
    if (strcmp (name, names[i]) == 0)
      {
        mode = static_cast<Mode> (i);
        return true;
      }
  return false;
}

static void
raise_files ()
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }
}

int
main (int argc, char **argv)
{
  Server server;

  if (argc != 2 || !choose_mode (argv[1], server.mode))
    {
      fprintf (stderr, "Usage: uws-server bcast|echo|pair\n");
      return 2;
    }
  raise_files ();

  uWS::Hub hub;

  hub.onConnection ([&] (Socket *socket, uWS::HttpRequest request) {
    join (server, socket, server.mode == Mode::PAIR ? request.getUrl ().toString () : "");
  });
  hub.onDisconnection ([] (Socket *socket, int, char *, size_t) { leave (socket); });
  hub.onMessage ([&] (Socket *socket, char *message, size_t length, uWS::OpCode code) {
    received (server, socket, message, length, code);
  });
  if (server.mode == Mode::BCAST)
    {
      hub.getLoop ()->postCbData = &server.channels[""];
      hub.getLoop ()->postCb = [] (void *channel) { flush (*static_cast<Channel *> (channel)); };
    }
  if (!hub.listen ("127.0.0.1", 0))
    {
      fprintf (stderr, "uws-server: cannot listen\n");
      return 1;
    }
  printf ("%d\n", find_port ());
  fflush (stdout);
  hub.run ();
  return 0;
}
