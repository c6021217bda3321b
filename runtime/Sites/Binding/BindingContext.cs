using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Sites.Binding;

/// <summary>
/// Holds the site folder, the environment and the problem list while one site is read or one table is bound. <see cref="SiteFile"/> or
/// <see cref="OptionsBinder"/> creates one for each call and passes it to the binders; not thread-safe.
/// </summary>
/// <param name="SiteFolder">Folder that relative paths of secret files start from.</param>
/// <param name="Environment">Environment variables by name; null when not set.</param>
/// <param name="Problems">The list that receives problems.</param>
internal sealed record BindingContext(string SiteFolder, Func<string, string?> Environment, ProblemList Problems)
{
    private const int MaxWarnings = 20;

    /// <summary>Remarks about tag tables that do not prevent a start.</summary>
    public ProblemList Warnings { get; } = new(MaxWarnings);

    /// <summary>Folder with the tag tables of the product, searched after the site's folder; null if there is none.</summary>
    public string? SharedFolder { get; init; }

    /// <summary>
    /// Absolute paths of the tag tables that site.toml names, whether they exist or not: the site's place for each, and the shared one if
    /// the site has no such file. With the stamp of each before it was read.
    /// </summary>
    public OrderedDictionary<string, string> TagTables { get; } = [];

    // A static cache would keep the types of unloaded plugins in memory.
    private readonly Dictionary<Type, OptionProperty[]> _properties = [];

    /// <summary>The properties of an options class.</summary>
    public OptionProperty[] PropertiesOf(Type type) =>
        _properties.TryGetValue(type, out var known) ? known : _properties[type] = OptionProperty.From(type);

    /// <summary>Adds a problem. Returns null, which stands for the missing value.</summary>
    public object? Fail(SourceLocation at, string message)
    {
        Problems.Add(at, message);
        return null;
    }

    /// <summary>One of the host's own options classes, filled from a table; null after problems.</summary>
    public T? Bind<T>(TomlTable table)
        where T : class => (T?)ObjectBinder.Bind(this, typeof(T), table, []);

    /// <summary>Adds a problem for a value of another type.</summary>
    public object? Expected(string key, string expected, TomlValue found) =>
        Fail(found.At, $"{key}: expected {expected}, found {Describe(found)}");

    // The file shows only the name of a variable, so the problem shows its text.
    private static string Describe(TomlValue found) =>
        found is TomlString { IsExpanded: true } variable ? $"\"{variable.Text}\", with environment variables or their defaults" : found.Kind;
}
