using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace PlantRuntime.Host.Control;

/// <summary>Gives commands to the host that runs a site.</summary>
internal static class ControlClient
{
    /// <summary>Whether a host runs the site.</summary>
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

    /// <exception cref="ControlException">No host runs the site, or it cannot do the command.</exception>
    public static async Task<JsonNode> AskAsync(string siteFolder, JsonObject command, CancellationToken cancel)
    {
        using var answer = await OpenAsync(siteFolder, command, cancel).ConfigureAwait(false);
        return answer.Head;
    }

    /// <summary>Gives a command whose answer goes on.</summary>
    /// <exception cref="ControlException">No host runs the site, or it cannot do the command.</exception>
    public static async Task<ControlAnswer> OpenAsync(string siteFolder, JsonObject command, CancellationToken cancel)
    {
        var path = ControlSocket.PathOf(siteFolder);
        var socket = ControlSocket.Create();
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel).ConfigureAwait(false);
            await socket.SendAsync(Encoding.UTF8.GetBytes(command.ToJsonString() + "\n"), cancel).ConfigureAwait(false);
            var reader = new StreamReader(new NetworkStream(socket, ownsSocket: true), Encoding.UTF8);
            var line = await reader.ReadLineAsync(cancel).ConfigureAwait(false) ?? throw new ControlException("the host ended before it answered");
            var reply = JsonNode.Parse(line)!;
            if (reply["error"] is { } error) throw new ControlException((string)error!);
            return new ControlAnswer(socket, reader, reply["result"]!);
        }
        catch (Exception exception)
        {
            socket.Dispose();
            if (exception is not (SocketException or IOException)) throw;
            if (exception is SocketException { SocketErrorCode: SocketError.AccessDenied })
                throw new ControlException($"you may not speak to the host of this site ({path}): do it as the user that runs it");
            throw new ControlException($"no host runs this site (nobody answers at {path}): start it with plant run {siteFolder}");
        }
    }
}
