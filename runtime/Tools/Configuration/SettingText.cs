using System.Collections;
using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Sites.Binding;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Tools.Configuration;

/// <summary>Formats values of options classes as site.toml has them. Pure.</summary>
internal static class SettingText
{
    /// <summary>True for an options class, which is a table in site.toml.</summary>
    public static bool IsTable(Type type) => type.IsClass
        && type != typeof(string) && type != typeof(TimeZoneInfo) && type != typeof(Secret) && type != typeof(object)
        && !typeof(IEnumerable).IsAssignableFrom(type);

    /// <summary>Returns the value as TOML; null for null.</summary>
    public static string? Format(object? value) => value switch
    {
        null => null,
        string text => TomlText.Quote(text),
        bool truth => truth ? "true" : "false",
        TimeSpan time => TomlText.Basic(DurationText.Format(time)),
        TimeZoneInfo zone => TomlText.Basic(zone.Id),
        Enum word => TomlText.Basic(SnakeCase.From(word.ToString())),
        PortSetting { Name: { } name } => TomlText.Quote(name),
        PortSetting port => port.Number.ToString(CultureInfo.InvariantCulture),
        ByteSize size => TomlText.Basic(size.ToString()),
        Secret => "\"***\"",
        IDictionary entries => $"{{{string.Join(", ", Entries(entries))}}}",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Format))}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => $"{{ {string.Join(", ", Options(value))} }}",
    };

    private static IEnumerable<string> Entries(IDictionary entries) => entries.Cast<DictionaryEntry>()
        .Select(e => $"{TomlText.Key((string)e.Key)} = {Format(e.Value)}");

    private static IEnumerable<string> Options(object options) => OptionProperty.From(options.GetType())
        .Select(o => (o.Key, Value: Format(o.Property.GetValue(options)))).Where(o => o.Value is not null)
        .Select(o => $"{o.Key} = {o.Value}");
}
