using System.Globalization;
using System.Text.Encodings.Web;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary>Settings as they are collected. What is not said is not there: a default that is written out changes nothing.</summary>
internal sealed class SettingList
{
    private static readonly OptionProperty[] s_tag =
        [.. OptionProperty.Of(typeof(TagModel)).Where(p => p.Property.Name != nameof(TagModel.Name))];

    private readonly List<Setting> _items = [];

    public IReadOnlyList<Setting> Items => _items;

    /// <summary>A value of the host's own options; none when it is null or empty.</summary>
    public void Add(string key, object? value)
    {
        if (value is IValidatedOptions options) AddOptions(key, options);
        else if (Text(value) is { Length: > 0 } text) _items.Add(new Setting(key, text));
    }

    /// <summary>The host's own options below a key.</summary>
    public void AddOptions(string key, IValidatedOptions options)
    {
        _items.Add(new Setting(key, "{}"));
        foreach (var option in OptionProperty.Of(options.GetType())) Add($"{key}.{option.Key}", option.Property.GetValue(options));
    }

    public void AddTag(TagModel tag)
    {
        var key = $"tags.{Quoted(tag.Name)}";
        _items.Add(new Setting(key, "{}"));
        foreach (var option in s_tag) Add($"{key}.{option.Key}", option.Property.GetValue(tag));
    }

    /// <summary>A plugin's keys, in the order of the alphabet.</summary>
    public void AddTable(string prefix, TomlTable table)
    {
        foreach (var entry in Ordered(table))
        {
            var key = prefix + Quoted(entry.Key);
            _items.Add(new Setting(key, entry.Value is TomlTable ? "{}" : Text(entry.Value)));
            if (entry.Value is TomlTable below) AddTable($"{key}.", below);
        }
    }

    private static string Quoted(string key) => key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? key : $"\"{key}\"";

    private static string? Text(object? value) => value switch
    {
        null or Position => null,
        TimeSpan time => Duration.Format(time),
        Enum word => SnakeCase.Of(word.ToString()),
        IReadOnlyList<double> numbers => $"[{string.Join(", ", numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static string Text(TomlValue value) => value switch
    {
        TomlString text => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text.Text)}\"",
        TomlInteger integer => integer.Value.ToString(CultureInfo.InvariantCulture),
        TomlFloat number => number.Value.ToString(CultureInfo.InvariantCulture),
        TomlBoolean truth => truth.Value ? "true" : "false",
        TomlDateTime time => string.Create(CultureInfo.InvariantCulture, $"{time.DateTimeKind} {time.Value:O} {time.Offset}"),
        TomlArray array => $"[{string.Join(", ", array.Items.Select(Text))}]",
        TomlTable table => $"{{{string.Join(", ", Ordered(table).Select(e => $"{Quoted(e.Key)}={Text(e.Value)}"))}}}",
        _ => throw new NotSupportedException($"no text for {value.Kind}"),
    };

    private static IEnumerable<TomlEntry> Ordered(TomlTable table) => table.Entries.OrderBy(e => e.Key, StringComparer.Ordinal);
}
