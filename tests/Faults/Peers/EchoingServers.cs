using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Peers.Http;

namespace PlantRuntime.Faults.Peers;

/// <summary>Refuses each connection like a broker of MQTT 5 whose reason string repeats the password (OASIS MQTT 5.0, §3.2).</summary>
internal sealed class EchoingBroker(string user) : LoopbackPeer
{
    private readonly List<string> _passwords = [];

    /// <summary>The passwords so far.</summary>
    public IReadOnlyList<string> Passwords
    {
        get
        {
            lock (_passwords) return [.. _passwords];
        }
    }

    protected override async Task ServeAsync(Socket socket, int number)
    {
        var bytes = new byte[4096];
        var length = 0;
        var name = Encoding.UTF8.GetBytes(user);
        while (await socket.ReceiveAsync(bytes.AsMemory(length)) is var count and > 0)
        {
            length += count;
            var at = bytes.AsSpan(0, length).LastIndexOf(name) + name.Length;
            if (at < name.Length || at + 2 > length) continue;
            var end = at + 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));
            if (end > length) continue;
            var password = Encoding.UTF8.GetString(bytes, at + 2, end - at - 2);
            lock (_passwords) _passwords.Add(password);
            await socket.SendAsync(Refuse($"bad password {password} ({Uri.EscapeDataString(password)})"));
            return;
        }
    }

    private static byte[] Refuse(string reason)
    {
        var text = Encoding.UTF8.GetBytes(reason);
        byte[] properties = [0x1F, (byte)(text.Length >> 8), (byte)text.Length, .. text];
        byte[] body = [0, 0x87, .. Variable(properties.Length), .. properties];
        return [0x20, .. Variable(body.Length), .. body];
    }

    private static byte[] Variable(int length) => length < 128 ? [(byte)length] : [(byte)(length % 128 | 128), (byte)(length / 128)];
}

/// <summary>
/// Asks for the password in clear text and refuses it with an error that repeats it (PostgreSQL 15, Documentation, "Message Formats").
/// </summary>
internal sealed class EchoingPostgres : LoopbackPeer
{
    private readonly List<string> _passwords = [];

    /// <summary>The passwords so far.</summary>
    public IReadOnlyList<string> Passwords
    {
        get
        {
            lock (_passwords) return [.. _passwords];
        }
    }

    protected override async Task ServeAsync(Socket socket, int number)
    {
        await using var stream = new NetworkStream(socket);
        await ReadBodyAsync(stream);
        await stream.WriteAsync(new byte[] { (byte)'R', 0, 0, 0, 8, 0, 0, 0, 3 });
        await stream.ReadExactlyAsync(new byte[1]);
        var password = Encoding.UTF8.GetString(await ReadBodyAsync(stream)).TrimEnd('\0');
        lock (_passwords) _passwords.Add(password);
        var fields = Encoding.UTF8.GetBytes($"SFATAL\0VFATAL\0C28P01\0Mno entry for user edge with password {password}\0\0");
        var head = new byte[] { (byte)'E', 0, 0, 0, 0 };
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(1), fields.Length + 4);
        await stream.WriteAsync((byte[])[.. head, .. fields]);
    }

    private static async Task<byte[]> ReadBodyAsync(NetworkStream stream)
    {
        var length = new byte[4];
        await stream.ReadExactlyAsync(length);
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(length) - 4];
        await stream.ReadExactlyAsync(body);
        return body;
    }
}

/// <summary>Creates refusals of a web server that repeats the credentials in reason phrase, headers and body.</summary>
internal static class EchoingReply
{
    public static ScriptedReply From(ReceivedRequest request, int status)
    {
        var given = $"{request["Authorization"]} {request["X-Api-Key"]}".Trim();
        var decoded = request["Authorization"] is ['B', 'a', 's', 'i', 'c', ' ', .. var pair]
            ? Encoding.UTF8.GetString(Convert.FromBase64String(pair))
            : given;
        var body = Encoding.UTF8.GetBytes(
            $"{{\"error\":\"{JsonEncodedText.Encode(decoded)}\",\"url\":\"/login?key={Uri.EscapeDataString(decoded)}\"}} {given}");
        var head = $"HTTP/1.1 {status} {given}\r\nContent-Length: {body.Length}\r\nX-Given: {given}\r\n\r\n";
        return new ScriptedReply([.. Encoding.Latin1.GetBytes(head), .. body]);
    }
}
