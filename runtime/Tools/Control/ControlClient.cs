using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace PlantRuntime.Tools.Control;

/// <summary>
/// Sends commands to the host that runs a site, over its Unix socket. Used by the commands of the command line, in a process of their own.
/// Keeps no state: one connection per command; never retries.
/// </summary>
internal static class ControlClient
{
    /// <summary>Returns true if a host runs the site: its socket accepts a connection. Blocks for the connection.</summary>
    public static bool IsRunning(string siteFolder)
    {
        try
        {
            using var socket = ControlSocket.Create();
            socket.Connect(new UnixDomainSocketEndPoint(ControlSocket.PathOf(siteFolder)));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Sends a command and returns the result.</summary>
    /// <exception cref="ControlException">No host runs the site, or it refuses the command.</exception>
    public static async Task<JsonNode> AskAsync(string siteFolder, JsonObject command, CancellationToken cancel)
    {
        using var answer = await OpenAsync(siteFolder, command, cancel).ConfigureAwait(false);
        return answer.Head;
    }

    /// <summary>Sends a command whose reply is followed by more lines.</summary>
    /// <exception cref="ControlException">No host runs the site, or it refuses the command.</exception>
    public static async Task<ControlReply> OpenAsync(string siteFolder, JsonObject command, CancellationToken cancel)
    {
        var path = ControlSocket.PathOf(siteFolder);
        var socket = ControlSocket.Create();
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel).ConfigureAwait(false);
            await socket.SendAsync(Encoding.UTF8.GetBytes(command.ToJsonString() + "\n"), cancel).ConfigureAwait(false);
            var reader = new StreamReader(new NetworkStream(socket, ownsSocket: true), Encoding.UTF8);
            var line = await reader.ReadLineAsync(cancel).ConfigureAwait(false)
                ?? throw new ControlException("the host ended before it answered");
            var reply = JsonNode.Parse(line)!;
            if (reply["error"] is { } error) throw new ControlException((string)error!);
            return new ControlReply(socket, reader, reply["result"]!);
        }
        catch (Exception exception)
        {
            socket.Dispose();
            if (exception is not (SocketException or IOException)) throw;
            if (exception is SocketException { SocketErrorCode: SocketError.AccessDenied })
                throw new ControlException(
                    $"access to the host of this site is denied ({path}): run the command as the user that runs the host");
            throw new ControlException($"no host runs this site (nothing answers at {path}): start it with plant run {siteFolder}");
        }
    }
}

/// <summary>
/// Holds the reply of a host, and the connection on which more lines may follow. Owned by the caller of
/// <see cref="ControlClient.OpenAsync"/>, which disposes it. <see cref="End"/> may be called while another call reads <see cref="Rest"/>.
/// </summary>
internal sealed class ControlReply(Socket socket, StreamReader rest, JsonNode head) : IDisposable
{
    /// <summary>The result in the reply.</summary>
    public JsonNode Head => head;

    /// <summary>The lines after the reply.</summary>
    public StreamReader Rest => rest;

    /// <summary>Asks the host to end: it sends the lines that it has, and closes the connection.</summary>
    public void End() => socket.Shutdown(SocketShutdown.Send);

    public void Dispose() => rest.Dispose();
}

/// <summary>Reports that a command failed. The message is written for the user who gave the command.</summary>
internal sealed class ControlException(string message) : Exception(message);
