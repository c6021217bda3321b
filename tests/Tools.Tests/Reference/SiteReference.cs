using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Binding;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Toml;
using PlantRuntime.Tools.Configuration;

namespace PlantRuntime.Tools.Tests.Reference;

/// <summary>Writes the tables of docs/site.md from the options classes of the host and of the plugins.</summary>
internal sealed class SiteReference(DocComments comments)
{
    private readonly StringBuilder _text = new();

    /// <summary>Keys that have no comment, or neither a default nor an example; and examples that site.toml would not accept.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Returns the tables: those of the host, then those of each driver and sink.</summary>
    public string Write(PluginCatalog plugins)
    {
        Section("[site]", "site", typeof(SiteModel));
        Section("[web]", "web", typeof(WebOptions));
        Section("[log]", "log", typeof(LogOptions));
        Section("[limits]", "limits", typeof(LimitOptions));
        Section("[devices.NAME]", "devices.NAME", typeof(DeviceModel), nameof(DeviceModel.Tags), nameof(DeviceModel.Properties));
        Section("[devices.NAME.tags]", "devices.NAME.tags.TAG", typeof(TagModel));
        Section("[sinks.NAME]", "sinks.NAME", typeof(SinkModel));
        foreach (var name in plugins.DriverNames.Order(StringComparer.Ordinal))
            Section($"[devices.NAME] with driver = \"{name}\"", $"driver {name}", plugins.Driver(name)!.OptionsType);
        foreach (var name in plugins.SinkNames.Order(StringComparer.Ordinal))
            Section($"[sinks.NAME] with sink = \"{name}\"", $"sink {name}", plugins.Sink(name)!.OptionsType);
        return _text.ToString();
    }

    private void Section(string title, string path, Type type, params string[] more)
    {
        _text.Append(null, $"\n## {title}\n\n| key | value | default | example | |\n|---|---|---|---|---|\n");
        var options = OptionProperty.From(type);
        Rows(type, path, "", type, options);
        foreach (var name in more)
            Row(null, path, "", new OptionProperty(SnakeCase.From(name), type.GetProperty(name)!, null, false), null);
    }

    private void Rows(Type? root, string path, string prefix, Type type, OptionProperty[] options)
    {
        var defaults = Activator.CreateInstance(type, nonPublic: true)!;
        foreach (var option in options) Row(root, path, prefix, option, option.IsRequired ? null : option.Property.GetValue(defaults));
    }

    /// <param name="root">The class of the section, by which examples are checked; null if they are not.</param>
    /// <param name="path">The section, for problems.</param>
    /// <param name="prefix">The keys above, with dots.</param>
    /// <param name="option">The key.</param>
    /// <param name="value">Its default.</param>
    private void Row(Type? root, string path, string prefix, OptionProperty option, object? value)
    {
        var type = Nullable.GetUnderlyingType(option.Property.PropertyType) ?? option.Property.PropertyType;
        var key = prefix + option.Key;
        var isTable = SettingText.IsTable(type);
        var text = isTable || value is "" || value is IEnumerable items && !items.Cast<object>().Any() ? null : SettingText.Format(value);
        var isInList = prefix.Contains("[]", StringComparison.Ordinal);
        var written = comments.Example(option.Property);
        var example = isInList || (written ?? text) is null ? null : written is null ? $"{key} = {text}" : prefix + written;
        var summary = comments.Summary(option.Property);
        if (summary is null) Problems.Add($"{path}: {key} has no comment");
        if (example is null && !isTable && !isInList) Problems.Add($"{path}: {key} has no example");
        if (example is not null && root is not null) Problems.AddRange(Check(root, path, example));
        var given = option.IsRequired ? "required" : text is null ? "" : $"`{text}`";
        var shown = example is null ? "" : $"`{example}`";
        _text.Append(null, $"| `{key}` | {Kind(type, option)} | {given} | {shown} | {summary}{Words(type)} |\n");
        if (isTable) Rows(root, path, $"{key}.", type, OptionProperty.From(type));
        if (root is null || ItemOf(type) is not { } item || !SettingText.IsTable(item)) return;
        Rows(root, path, $"{key}[].", item, OptionProperty.From(item));
    }

    /// <summary>Binds an example as the host does; the keys that it would need beside it may be missing.</summary>
    private static IEnumerable<string> Check(Type root, string path, string example)
    {
        var problems = new ProblemList(10);
        var table = TomlReader.Read(Encoding.UTF8.GetBytes(example + "\n"), "example", problems);
        var found = new OptionsBinder(Path.GetTempPath(), name => name).Bind(root, table).Problems;
        return problems.Items.Concat(found)
            .Where(p => p.At != table.At && !p.Message.StartsWith("the required key", StringComparison.Ordinal)
                && p.Message != "key: has no certificate: give certificate = \"gateway.pem\" too")
            .Select(p => $"{path}: {example}: {p.Message}");
    }

    private static Type? ItemOf(Type type) => type.IsGenericType && type.GetGenericArguments() is [var item] ? item : null;

    private string Words(Type type) => !type.IsEnum ? "" : string.Concat(type.GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => $" `\"{SnakeCase.From(f.Name)}\"`{(comments.Summary(f) is { } text ? $": {text}" : "")}"));

    private static string Kind(Type type, OptionProperty option)
    {
        if (option.Property == typeof(DeviceModel).GetProperty(nameof(DeviceModel.Tags))) return "table, or path of a CSV file";
        if (type.IsArray) return $"list of: {Kind(type.GetElementType()!, option)}";
        if (ItemOf(type) is { } item) return $"list of: {Kind(item, option)}";
        if (type.IsGenericType && type.GetGenericArguments() is [_, var entry]) return $"table of: {Kind(entry, option)}";
        if (type == typeof(string)) return "text";
        if (type == typeof(bool)) return "`true` or `false`";
        if (type == typeof(TimeSpan)) return "duration";
        if (type == typeof(ByteSize)) return "size";
        if (type == typeof(TimeZoneInfo)) return "time zone";
        if (type == typeof(Secret)) return "secret";
        if (type == typeof(PortSetting)) return "port, or name of a serial port";
        if (type == typeof(object)) return "text, number, `true` or `false`";
        if (type.IsEnum) return "word";
        if (SettingText.IsTable(type)) return "table";
        var number = type == typeof(double) || type == typeof(float) || type == typeof(decimal) ? "number" : "whole number";
        return option.Bounds is { } bounds
            ? string.Create(CultureInfo.InvariantCulture, $"{number}, {bounds.Low:0.####} to {bounds.High:0.####}") : number;
    }
}
