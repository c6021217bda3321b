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
        var path = ControlSocket.PathOf(siteFolder);
        try
        {
            using var socket = ControlSocket.Create();
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel).ConfigureAwait(false);
            await socket.SendAsync(Encoding.UTF8.GetBytes(command.ToJsonString() + "\n"), cancel).ConfigureAwait(false);
            using var reader = new StreamReader(new NetworkStream(socket), Encoding.UTF8);
            var line = await reader.ReadLineAsync(cancel).ConfigureAwait(false) ?? throw new ControlException("the host ended before it answered");
            var reply = JsonNode.Parse(line)!;
            return reply["error"] is { } error ? throw new ControlException((string)error!) : reply["result"]!;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            throw new ControlException($"no host runs this site (nobody answers at {path}): start it with plant run {siteFolder}");
        }
    }
}
