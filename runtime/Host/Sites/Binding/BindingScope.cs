namespace PlantRuntime.Host.Sites;

/// <summary>What binding needs besides the table: where files are, the environment, and somewhere to put problems.</summary>
/// <param name="SiteFolder">Paths of secret files are meant from here.</param>
/// <param name="Environment">Environment variables by name; null when not set.</param>
/// <param name="Problems">Where problems go.</param>
internal sealed record BindingScope(string SiteFolder, Func<string, string?> Environment, ProblemList Problems)
{
    /// <summary>The tag tables that were named, there or not.</summary>
    public HashSet<string> TagTables { get; } = [];

    // Lives no longer than one site is read or one table is bound: a type of a plugin is not remembered beyond that.
    private readonly Dictionary<Type, OptionProperty[]> _properties = [];

    /// <summary>The properties of an options class.</summary>
    public OptionProperty[] PropertiesOf(Type type) =>
        _properties.TryGetValue(type, out var known) ? known : _properties[type] = OptionProperty.Of(type);

    /// <summary>Notes a problem; the null stands for the value that there is none of.</summary>
    public object? Fail(Position at, string message)
    {
        Problems.Add(at, message);
        return null;
    }

    /// <summary>One of the host's own options classes, filled from a table; null after problems.</summary>
    public T? Bind<T>(TomlTable table)
        where T : class => (T?)ObjectBinder.Bind(this, typeof(T), table, []);

    /// <summary>Notes that a value is of another type.</summary>
    public object? Expected(string key, string expected, TomlValue found) =>
        Fail(found.At, $"{key}: expected {expected}, found {found.Kind}");
}
