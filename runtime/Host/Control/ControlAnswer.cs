using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace PlantRuntime.Host.Control;

/// <summary>What a host answered, and its connection for what follows.</summary>
internal sealed class ControlAnswer(Socket socket, StreamReader rest, JsonNode head) : IDisposable
{
    public JsonNode Head => head;

    /// <summary>The lines after the answer.</summary>
    public StreamReader Rest => rest;

    /// <summary>Asks the host to come to an end: it sends what it has, and closes.</summary>
    public void End() => socket.Shutdown(SocketShutdown.Send);

    public void Dispose() => rest.Dispose();
}
