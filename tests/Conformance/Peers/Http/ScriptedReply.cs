using System.Globalization;
using System.Text;

namespace PlantRuntime.Conformance.Peers.Http;

/// <summary>The reply of a <see cref="ScriptedHttpServer"/> to one request.</summary>
/// <param name="Bytes">The bytes that it sends.</param>
/// <param name="Then">What happens to the connection afterwards.</param>
public sealed record ScriptedReply(byte[] Bytes, AfterReply Then = AfterReply.KeepOpen)
{
    /// <summary>A complete response.</summary>
    public static ScriptedReply From(int status, string body = "", params string[] headers)
    {
        var content = Encoding.UTF8.GetBytes(body);
        var length = status == 204 ? "" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {content.Length}\r\n");
        var head = $"HTTP/1.1 {status} Because\r\n{length}{string.Concat(headers.Select(h => h + "\r\n"))}\r\n";
        return new ScriptedReply([.. Encoding.UTF8.GetBytes(head), .. content]);
    }

    /// <summary>These bytes, whether they are HTTP or not, and then the end of the connection.</summary>
    public static ScriptedReply Raw(string text) => new(Encoding.UTF8.GetBytes(text), AfterReply.Close);

    /// <summary>No response on a connection that stays open.</summary>
    public static ScriptedReply Silence { get; } = new([], AfterReply.Hang);

    /// <summary>No response and a TCP reset.</summary>
    public static ScriptedReply Reset { get; } = new([], AfterReply.Reset);
}

/// <summary>The state of a connection after a reply.</summary>
public enum AfterReply
{
    /// <summary>The server reads the next request.</summary>
    KeepOpen,

    /// <summary>The server closes the connection.</summary>
    Close,

    /// <summary>The server resets the connection.</summary>
    Reset,

    /// <summary>The server does nothing until the client closes the connection.</summary>
    Hang,
}
