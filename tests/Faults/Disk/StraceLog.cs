using System.Globalization;
using System.Text.RegularExpressions;

namespace PlantRuntime.Faults.Disk;

/// <summary>Reads the calls of <c>strace -f -y -xx</c> for one folder, in the order in which the calls ended.</summary>
internal static partial class StraceLog
{
    public const string Calls =
        "lseek,write,pwrite64,writev,pwritev,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat,renameat2,fallocate";

    /// <exception cref="FormatException">An unknown call changed the folder.</exception>
    public static List<DiskEvent> Read(string log, string folder)
    {
        var events = new List<DiskEvent>();
        var places = new Dictionary<string, long>();
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

            if (Resumed().Match(call) is { Success: true } resumed && begun.Remove(process, out var head))
                call = head + call[resumed.Length..];
            if (Parse(call, folder, places) is { } found) events.Add(found);
        }

        return events;
    }

    private static DiskEvent? Parse(string call, string folder, Dictionary<string, long> places)
    {
        if (Call().Match(call) is not { Success: true } match) return null;
        var path = Text(match.Groups["path"].Value is { Length: > 0 } fd ? fd : match.Groups["name"].Value);
        if (!path.StartsWith(folder + "/", StringComparison.Ordinal)) return null;
        var (file, rest) = (path[(folder.Length + 1)..], match.Groups["rest"].Value);
        if (Result().Match(rest) is not { Success: true } result || result.Groups[1].Value[0] == '-') return null;
        var returned = long.Parse(result.Groups[1].Value, CultureInfo.InvariantCulture);
        switch (match.Groups["call"].Value)
        {
            case "lseek":
                places[file] = returned;
                return null;
            case "write":
                var at = places.GetValueOrDefault(file);
                places[file] = at + returned;
                return new DiskEvent(DiskEventKind.Write, file, at, Written(rest, (int)returned));
            case "pwrite64":
                return new DiskEvent(DiskEventKind.Write, file, Offset(rest), Written(rest, (int)returned));
            case "fsync" or "fdatasync":
                return new DiskEvent(DiskEventKind.Sync, file, 0, []);
            case "ftruncate":
                return new DiskEvent(DiskEventKind.Truncate, file, Number(rest), []);
            case "unlink" or "unlinkat":
                return new DiskEvent(DiskEventKind.Unlink, file, 0, []);
            default:
                throw new FormatException($"a call that is not replayed: {call[..Math.Min(call.Length, 200)]}");
        }
    }

    private static byte[] Written(string rest, int length)
    {
        var (from, to) = (rest.IndexOf('"', StringComparison.Ordinal) + 1, rest.LastIndexOf('"'));
        if (rest[to..].StartsWith("\"...", StringComparison.Ordinal)) throw new FormatException("strace cut a write off");
        return Convert.FromHexString(rest[from..to].Replace("\\x", "", StringComparison.Ordinal))[..length];
    }

    private static long Offset(string rest) =>
        long.Parse(rest[(rest.LastIndexOf(',') + 1)..rest.LastIndexOf(')')], CultureInfo.InvariantCulture);

    private static long Number(string rest) => long.Parse(Digits().Match(rest).Value, CultureInfo.InvariantCulture);

    private static string Text(string hex) =>
        hex.StartsWith("\\x", StringComparison.Ordinal)
            ? System.Text.Encoding.UTF8.GetString(Convert.FromHexString(hex.Replace("\\x", "", StringComparison.Ordinal))) : hex;

    [GeneratedRegex(@"^<\.\.\. \w+ resumed>,? ?")]
    private static partial Regex Resumed();

    [GeneratedRegex("""^(?<call>\w+)\((?:\d+<(?<path>[^>]*)>|(?:AT_FDCWD(?:<[^>]*>)?, )?"(?<name>[^"]*)")(?<rest>.*)$""",
        RegexOptions.Singleline)]
    private static partial Regex Call();

    [GeneratedRegex(@"= (-?\d+)[^=]*$")]
    private static partial Regex Result();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
