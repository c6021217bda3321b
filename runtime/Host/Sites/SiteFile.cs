using PlantRuntime.Contracts;
using PlantRuntime.Host.Sites.Binding;
using PlantRuntime.Host.Sites.TagTables;
using PlantRuntime.Host.Sites.Text;
using PlantRuntime.Host.Sites.Toml;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Sites;

/// <summary>Reads a site's folder into its model and finds every mistake on the way.</summary>
internal sealed class SiteFile
{
    private const string Name = "site.toml";
    private static readonly string[] s_sections = ["site", "log", "limits", "devices", "sinks"];
    private readonly string _folder;
    private readonly Func<string, string?> _environment;
    private readonly List<Problem> _problems = [];

    private SiteFile(string folder, Func<string, string?> environment)
    {
        _folder = folder;
        _environment = environment;
    }

    /// <summary>Reads a site. The model is null exactly when there are problems, which are all of them, in the order of their places.</summary>
    /// <param name="folder">Absolute path of the site's folder.</param>
    /// <param name="environment">Looks up environment variables.</param>
    public static (SiteModel? Model, IReadOnlyList<Problem> Problems) Load(string folder, Func<string, string?> environment)
    {
        var path = Path.Combine(folder, Name);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var hint = exception is FileNotFoundException or DirectoryNotFoundException ? "there is no such file; `plant new site NAME` makes a site to start from" : exception.Message;
            return (null, [new Problem(new Position(path, 0, 0), hint)]);
        }

        var file = new SiteFile(folder, environment);
        var model = file.Read(bytes);
        var problems = file._problems.OrderBy(p => p.At.File == Name ? 0 : 1).ThenBy(p => p.At.File, StringComparer.Ordinal).ThenBy(p => p.At.Line).ThenBy(p => p.At.Column).ToList();
        return problems.Count == 0 ? (model, problems) : (null, problems);
    }

    private SiteModel Read(ReadOnlySpan<byte> bytes)
    {
        var root = Expand.All(TomlReader.Read(bytes, Name, _problems), _environment, _problems);
        foreach (var entry in root.Entries.Where(e => !s_sections.Contains(e.Key)))
            Report(entry.KeyAt, $"unknown section \"{entry.Key}\"{Nearest.Hint(entry.Key, s_sections)}");
        var site = Options<SiteOptions>(root, "site", isRequired: true);
        var devices = Tables(root, "devices").Select(e => Device(e.Entry, e.Table)).OfType<DeviceModel>().ToList();
        if (root.Find("devices") is null) Report(root.At, "a site has devices: [devices.name] with driver = \"…\"");
        return new SiteModel
        {
            Folder = _folder,
            Name = site?.Name ?? "",
            PlantId = site?.PlantId ?? 1,
            Tenant = site?.Tenant ?? "",
            Log = Options<LogOptions>(root, "log") ?? new LogOptions(),
            Limits = Options<LimitOptions>(root, "limits") ?? new LimitOptions(),
            Devices = devices,
            Sinks = [.. Tables(root, "sinks").Select(e => Sink(e.Entry, e.Table)).OfType<SinkModel>()],
        };
    }

    private DeviceModel? Device(TomlEntry entry, TomlTable table)
    {
        var host = table.Find("driver");
        var own = new TomlTable(table.At, table.Origin);
        foreach (var key in table.Entries.Where(e => DeviceOptions.Keys.Contains(e.Key))) own.Add(key.Key, key.KeyAt, key.Value);
        var options = OptionsBinder.Bind(typeof(DeviceOptions), own, _environment, _problems) as DeviceOptions;
        var tags = Tags(entry, table);
        var settings = table.Without([.. DeviceOptions.Keys, "tags"]);
        if (options is null) return null;
        return new DeviceModel
        {
            Name = entry.Key,
            At = entry.KeyAt,
            Driver = options.Driver,
            DriverAt = host!.Value.At,
            Poll = options.Poll,
            Timeout = options.Timeout,
            Reconnect = options.Reconnect,
            Tags = tags,
            Settings = settings,
            Scalars = settings.Entries.Select(e => (e.Key, Value: Scalar(e.Value))).Where(e => e.Value is not null).ToDictionary(e => e.Key, e => e.Value!),
        };
    }

    private List<TagModel> Tags(TomlEntry device, TomlTable table)
    {
        List<TagModel> tags = [];
        switch (table.Find("tags")?.Value)
        {
            case TomlTable { Entries.Count: > 0 } inside:
                tags = TomlTags.Read(inside, _problems);
                break;
            case TomlString path:
                tags = TagFile(path);
                break;
            case null or TomlTable:
                Report(device.KeyAt, $"the device \"{device.Key}\" has no tags: [devices.{device.Key}.tags] or tags = \"file.csv\"");
                break;
            case var other:
                Report(other.At, $"tags are a table or the name of a CSV file, not {other.Kind}");
                break;
        }

        foreach (var twice in tags.GroupBy(t => t.Name).Where(g => g.Count() > 1))
            Report(twice.Last().At, $"the tag \"{twice.Key}\" is there already, in line {twice.First().At.Line}");
        return tags;
    }

    private List<TagModel> TagFile(TomlString path)
    {
        var shown = path.Text.Replace('\\', '/');
        try
        {
            var before = _problems.Count;
            var tags = CsvTags.Read(File.ReadAllBytes(Path.GetFullPath(path.Text, _folder)), shown, _problems);
            if (tags.Count == 0 && _problems.Count == before) Report(new Position(shown, 0, 0), "the table has no tags");
            return tags;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Report(path.At, $"the tag table cannot be read: {exception.Message}");
            return [];
        }
    }

    private SinkModel? Sink(TomlEntry entry, TomlTable table)
    {
        if (table.Find("sink")?.Value is TomlString sink)
            return new SinkModel { Name = entry.Key, At = entry.KeyAt, Sink = sink.Text, SinkAt = sink.At, Settings = table.Without(["sink"]) };
        Report(table.Find("sink")?.Value.At ?? table.At, $"the sink \"{entry.Key}\" does not say what it is: sink = \"jsonl\", for instance");
        return null;
    }

    /// <summary>The tables of a section; their names become members of <c>Plant</c> and <c>Sinks</c>.</summary>
    private IEnumerable<(TomlEntry Entry, TomlTable Table)> Tables(TomlTable root, string section)
    {
        if (root.Find(section) is not { } found) yield break;
        if (found.Value is not TomlTable tables)
        {
            Report(found.Value.At, $"expected tables [{section}.name], found {found.Value.Kind}");
            yield break;
        }

        foreach (var entry in tables.Entries)
        {
            if (entry.Value is not TomlTable table) Report(entry.Value.At, $"expected a table [{section}.{entry.Key}], found {entry.Value.Kind}");
            else if (!IsIdentifier(entry.Key)) Report(entry.KeyAt, $"\"{entry.Key}\" is no name that recipes can write: letters, digits and _, not beginning with a digit");
            else yield return (entry, table);
        }
    }

    private T? Options<T>(TomlTable root, string section, bool isRequired = false)
        where T : class
    {
        switch (root.Find(section)?.Value)
        {
            case TomlTable table:
                return OptionsBinder.Bind(typeof(T), table, _environment, _problems) as T;
            case { } other:
                Report(other.At, $"expected a table [{section}], found {other.Kind}");
                return null;
            default:
                if (isRequired) Report(root.At, $"the section [{section}] is missing");
                return null;
        }
    }

    private static object? Scalar(TomlNode node) => node switch
    {
        TomlString text => text.Text,
        TomlInteger integer => integer.Number,
        TomlFloat number when double.IsFinite(number.Number) => number.Number,
        TomlBoolean truth => truth.IsTrue,
        _ => null,
    };

    private static bool IsIdentifier(string name) => name.Length > 0 && !char.IsDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private void Report(Position at, string message) => _problems.Add(new Problem(at, message));
}
