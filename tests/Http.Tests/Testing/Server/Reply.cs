using System.Globalization;
using System.Text;

namespace PlantRuntime.Testing.Server;

/// <summary>How the server treats a request.</summary>
/// <param name="Bytes">What it sends.</param>
/// <param name="End">What it does then.</param>
internal sealed record Reply(byte[] Bytes, ReplyEnd End = ReplyEnd.Stay)
{
    /// <summary>A whole answer.</summary>
    public static Reply Of(int status, string body = "", params string[] headers)
    {
        var content = Encoding.UTF8.GetBytes(body);
        var length = status == 204 ? "" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {content.Length}\r\n");
        var head = $"HTTP/1.1 {status} Because\r\n{length}{string.Concat(headers.Select(h => h + "\r\n"))}\r\n";
        return new Reply([.. Encoding.UTF8.GetBytes(head), .. content]);
    }

    /// <summary>These bytes, whatever they are, and the end.</summary>
    public static Reply Raw(string text) => new(Encoding.UTF8.GetBytes(text), ReplyEnd.Close);

    /// <summary>No answer, and the connection stays open.</summary>
    public static Reply Silence { get; } = new([], ReplyEnd.Hang);

    /// <summary>No answer, and the connection is torn down.</summary>
    public static Reply Reset { get; } = new([], ReplyEnd.Reset);
}
