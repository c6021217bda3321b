using System.Collections;
using System.Text.RegularExpressions;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Binding;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Text;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Tools.Configuration;

/// <summary>One setting as the host uses it. Immutable.</summary>
/// <param name="Section">The section: <c>site</c>, <c>devices.press</c>, <c>devices.press.tags</c>.</param>
/// <param name="Key">The key, dotted below tables: <c>reconnect.first</c>.</param>
/// <param name="Value">The value as TOML, a secret as three asterisks; null if it is not set and has no default.</param>
/// <param name="Source">Where it comes from: file and line, environment variables, or the default.</param>
internal sealed record EffectiveSetting(string Section, string Key, string? Value, string Source);

/// <summary>
/// Lists the settings of a site that was read without problems, with the source of each: for <c>plant config</c>. Reads site.toml again,
/// because the model has no variables any more. Created for one list; not thread-safe.
/// </summary>
internal sealed partial class EffectiveSettings
{
    private const string Default = "default";
    private const string Hidden = "\"***\"";
    private readonly SiteModel _site;
    private readonly TomlTable _file;
    private readonly Func<string, string?> _environment;
    private readonly List<EffectiveSetting> _settings = [];

    private EffectiveSettings(SiteModel site, TomlTable file, Func<string, string?> environment) =>
        (_site, _file, _environment) = (site, file, environment);

    /// <summary>Returns all settings, those of devices and sinks with the options of their plugins.</summary>
    /// <param name="site">The site.</param>
    /// <param name="plugins">The plugins, which have every driver and sink of the site.</param>
    /// <param name="environment">Environment variables by name; null when not set.</param>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    public static IReadOnlyList<EffectiveSetting> List(SiteModel site, PluginCatalog plugins, Func<string, string?> environment)
    {
        var bytes = File.ReadAllBytes(Path.Combine(site.Folder, SiteFile.Name));
        var root = TomlReader.Read(bytes, SiteFile.Name, new ProblemList(TomlReader.MaxProblems));
        var list = new EffectiveSettings(site, root, environment);
        list.AddSite(plugins);
        return list._settings;
    }

    private void AddSite(PluginCatalog plugins)
    {
        AddOptions("site", "", typeof(SiteModel), _site, Table(_file, "site"));
        if (_site.Web is not null) AddOptions("web", "", typeof(WebOptions), _site.Web, Table(_file, "web"));
        AddOptions("log", "", typeof(LogOptions), _site.Log, Table(_file, "log"));
        AddOptions("limits", "", typeof(LimitOptions), _site.Limits, Table(_file, "limits"));
        foreach (var device in _site.Devices)
        {
            var (section, given) = ($"devices.{TomlText.Key(device.Name)}", Table(Table(_file, "devices"), device.Name));
            AddOptions(section, "", typeof(DeviceModel), device, given);
            if (plugins.Driver(device.Driver) is { } plugin) AddPlugin(section, plugin.OptionsType, device.Settings, given);
            foreach (var (key, value) in device.Properties)
                AddValue(section, $"properties.{TomlText.Key(key)}", value.GetType(), value, Table(given, "properties")?.Find(key)?.Value);
            foreach (var tag in device.Tags) AddTag($"{section}.tags", tag, Table(given, "tags")?.Find(tag.Name)?.Value);
        }

        foreach (var sink in _site.Sinks)
        {
            var (section, given) = ($"sinks.{TomlText.Key(sink.Name)}", Table(Table(_file, "sinks"), sink.Name));
            AddOptions(section, "", typeof(SinkModel), sink, given);
            if (plugins.Sink(sink.Sink) is { } plugin) AddPlugin(section, plugin.OptionsType, sink.Settings, given);
        }
    }

    private void AddPlugin(string section, Type type, TomlTable settings, TomlTable? given)
    {
        if (new OptionsBinder(_site.Folder, _environment).Bind(type, settings).Options is { } options)
            AddOptions(section, "", type, options, given);
    }

    private void AddOptions(string section, string prefix, Type type, object options, TomlTable? given)
    {
        foreach (var option in OptionProperty.From(type))
        {
            var (key, value) = (prefix + option.Key, option.Property.GetValue(options));
            AddValue(section, key, option.Property.PropertyType, value, given?.Find(option.Key)?.Value);
        }
    }

    private void AddValue(string section, string key, Type type, object? value, TomlValue? given)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(Secret)) Add(section, key, value is null ? null : Hidden, SecretSource(given));
        else if (value is IDictionary { Count: > 0 } entries) AddEntries(section, key, entries, given as TomlTable);
        else if (SettingText.IsTable(type) && value is not null) AddOptions(section, $"{key}.", type, value, given as TomlTable);
        else if (SettingText.IsTable(type) && given is not null) Add(section, key, null, $"{At(given)}, enabled = false");
        else if (given is null && value is TimeZoneInfo zone && section != "site")
            Add(section, key, SettingText.Format(zone), "time_zone of [site], or default");
        else Add(section, key, HasSecretVariable(given) ? Hidden : SettingText.Format(value), Source(given));
    }

    private void AddEntries(string section, string key, IDictionary entries, TomlTable? given)
    {
        foreach (DictionaryEntry entry in entries)
        {
            var (name, value) = ((string)entry.Key, entry.Value!);
            AddValue(section, $"{key}.{TomlText.Key(name)}", value.GetType(), value, given?.Find(name)?.Value);
        }
    }

    /// <summary>Adds a tag with what it has beside the defaults, as one line.</summary>
    private void AddTag(string section, TagModel tag, TomlValue? given)
    {
        var parts = OptionProperty.From(typeof(TagModel))
            .Where(o => o.Property.Name != nameof(TagModel.Range))
            .Select(o => (o.Key, Value: o.Property.GetValue(tag)))
            .Where(o => o.Value is not (null or "" or WriteRounding.Nearest))
            .Select(o => $"{o.Key} = {(o.Value is WriteOptions write ? SettingText.Format(write) : SettingText.Format(o.Value))}");
        Add(section, TomlText.Key(tag.Name), $"{{ {string.Join(", ", parts)} }}",
            $"{tag.At.File}:{tag.At.Line}{(given is null ? "" : Variables(given))}");
    }

    private void Add(string section, string key, string? value, string source) =>
        _settings.Add(new EffectiveSetting(section, key, value, source));

    private string Source(TomlValue? given) => given is null ? Default : At(given) + Variables(given);

    private string SecretSource(TomlValue? given) => given is TomlTable { Entries: [{ Value: TomlString text } entry] }
        ? $"{At(given)}, {(entry.Key == "env" ? "environment variable" : "file")} {text.Text}"
        : Source(given);

    private static string At(TomlValue given) => $"{given.At.File}:{given.At.Line}";

    /// <summary>Describes the variables of a text, of the texts of a list, or of those of a table.</summary>
    private string Variables(TomlValue given)
    {
        var names = Names(given).Distinct().Select(n => string.IsNullOrEmpty(_environment(n))
            ? $", {n} is {(_environment(n) is null ? "not set" : "empty")}: its default"
            : $", environment variable {n}");
        return string.Concat(names);
    }

    private IEnumerable<string> Names(TomlValue given) => given switch
    {
        TomlString text when text.Text.Contains("${", StringComparison.Ordinal) => NamesIn(text.Text),
        TomlArray array => array.Items.SelectMany(Names),
        TomlTable table => table.Entries.SelectMany(e => Names(e.Value)),
        _ => [],
    };

    private List<string> NamesIn(string text)
    {
        var names = new List<string>();
        EnvironmentExpansion.Apply(text, name =>
        {
            names.Add(name);
            return _environment(name);
        }, (_, _) => { });
        return names;
    }

    /// <summary>True if a variable is named like a secret: its value may stand in a URL or a header.</summary>
    private bool HasSecretVariable(TomlValue? given) => given is not null && Names(given).Any(n => SecretName().IsMatch(n));

    private static TomlTable? Table(TomlTable? table, string key) => table?.Find(key)?.Value as TomlTable;

    [GeneratedRegex("PASS|SECRET|TOKEN|CREDENTIAL|API_?KEY|PRIVATE", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
