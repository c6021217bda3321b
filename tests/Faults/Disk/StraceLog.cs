using System.Globalization;
using System.Text.RegularExpressions;

namespace PlantRuntime.Faults.Disk;

/// <summary>Reads what <c>strace -f -y -xx</c> wrote of one folder, in the order in which the calls ended.</summary>
internal static partial class StraceLog
{
    public const string Calls = "write,pwrite64,writev,pwritev,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat,renameat2,fallocate";

    /// <exception cref="FormatException">A call that is not understood touched the folder.</exception>
    public static List<DiskEvent> Read(string log, string folder)
    {
        var events = new List<DiskEvent>();
        var begun = new Dictionary<string, string>();
        foreach (var line in File.ReadLines(log))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0) continue;
            var (process, call) = (line[..space], line[space..].TrimStart());
            if (call.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                begun[process] = call[..^"<unfinished ...>".Length];
                continue;
            }

            if (Resumed().Match(call) is { Success: true } resumed && begun.Remove(process, out var head)) call = head + call[resumed.Length..];
            if (Parse(call, folder) is { } found) events.Add(found);
        }

        return events;
    }

    private static DiskEvent? Parse(string call, string folder)
    {
        if (Call().Match(call) is not { Success: true } match) return null;
        var path = Text(match.Groups["path"].Value is { Length: > 0 } fd ? fd : match.Groups["name"].Value);
        if (!path.StartsWith(folder + "/", StringComparison.Ordinal)) return null;
        var (file, rest) = (path[(folder.Length + 1)..], match.Groups["rest"].Value);
        if (Result().Match(rest) is not { Success: true } result || result.Groups[1].Value[0] == '-') return null;
        return match.Groups["call"].Value switch
        {
            "pwrite64" or "write" => Write(file, rest, int.Parse(result.Groups[1].Value, CultureInfo.InvariantCulture)),
            "fsync" or "fdatasync" => new DiskEvent(DiskEventKind.Sync, file, 0, []),
            "ftruncate" => new DiskEvent(DiskEventKind.Truncate, file, Number(rest), []),
            "unlink" or "unlinkat" => new DiskEvent(DiskEventKind.Unlink, file, 0, []),
            _ => throw new FormatException($"a call that is not replayed: {call[..Math.Min(call.Length, 200)]}"),
        };
    }

    private static DiskEvent Write(string file, string rest, int written)
    {
        var (from, to) = (rest.IndexOf('"', StringComparison.Ordinal) + 1, rest.LastIndexOf('"'));
        if (rest[to..].StartsWith("\"...", StringComparison.Ordinal)) throw new FormatException("strace cut a write off");
        var data = Convert.FromHexString(rest[from..to].Replace("\\x", "", StringComparison.Ordinal))[..written];
        var arguments = rest[(to + 1)..rest.LastIndexOf(')')].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new DiskEvent(DiskEventKind.Write, file, arguments.Length > 1 ? long.Parse(arguments[1], CultureInfo.InvariantCulture) : -1, data);
    }

    private static long Number(string rest) => long.Parse(Digits().Match(rest).Value, CultureInfo.InvariantCulture);

    private static string Text(string hex) =>
        hex.StartsWith("\\x", StringComparison.Ordinal) ? System.Text.Encoding.UTF8.GetString(Convert.FromHexString(hex.Replace("\\x", "", StringComparison.Ordinal))) : hex;

    [GeneratedRegex(@"^<\.\.\. \w+ resumed>,? ?")]
    private static partial Regex Resumed();

    [GeneratedRegex("""^(?<call>\w+)\((?:\d+<(?<path>[^>]*)>|(?:AT_FDCWD(?:<[^>]*>)?, )?"(?<name>[^"]*)")(?<rest>.*)$""", RegexOptions.Singleline)]
    private static partial Regex Call();

    [GeneratedRegex(@"= (-?\d+)[^=]*$")]
    private static partial Regex Result();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
