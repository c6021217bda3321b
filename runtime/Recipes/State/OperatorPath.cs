namespace PlantRuntime.Recipes.State;

/// <summary>
/// Identifies an operator in a plan by its meaning, independent of its line: the device, the operators before it with their arguments, and
/// its own name and arguments. Operators with equal paths in two plans do the same. Immutable.
/// </summary>
/// <param name="Before">The operator before; null for the device itself.</param>
/// <param name="Operator">Name of the operator in a recipe; for the device its name.</param>
/// <param name="Tags">The tags in its arguments; empty for all.</param>
/// <param name="Arguments">Its other arguments, as text.</param>
internal sealed record OperatorPath(OperatorPath? Before, string Operator, string Tags = "", string Arguments = "")
{
    private const char Separator = '\t';

    public string Device => Before?.Device ?? Operator;

    /// <summary>Name for log lines: "Deadband on line.speed".</summary>
    public string Name => $"{Operator} on {Device}{(Tags.Length > 0 ? $".{Tags}" : "")}";

    public OperatorPath Append(string name, IEnumerable<string> tags, params IEnumerable<object?> arguments) => new(
        this, name, Text(string.Join(',', tags)),
        Text(string.Join(", ", arguments.OfType<object>().Select(a => FormattableString.Invariant($"{a}")))));

    /// <summary>Parses the text that <see cref="ToString"/> returns.</summary>
    /// <exception cref="InvalidDataException">The text has another form.</exception>
    public static OperatorPath Parse(string text)
    {
        var parts = text.Split(Separator);
        if (parts.Length % 3 != 1) throw new InvalidDataException($"an operator path does not have {parts.Length} parts");
        var path = new OperatorPath(null, parts[0]);
        for (var i = 1; i < parts.Length; i += 3) path = new OperatorPath(path, parts[i], parts[i + 1], parts[i + 2]);
        return path;
    }

    /// <summary>Returns the text of a lambda without white space, for use as an argument.</summary>
    public static string NormalizeLambda(string lambda) => string.Concat(lambda.Where(c => !char.IsWhiteSpace(c)));

    /// <summary>Describes the change from <paramref name="old"/> to this path.</summary>
    public string DescribeChange(OperatorPath old) =>
        Tags != old.Tags ? "its tags changed"
        : Arguments != old.Arguments ? $"its arguments changed from ({old.Arguments}) to ({Arguments})"
        : "what comes before it changed";

    /// <summary>
    /// Returns the device and the name, tags and arguments of each operator, separated by tabs. Equal texts mean equal paths.
    /// </summary>
    public override string ToString() => Before is null ? Operator : string.Join(Separator, Before, Operator, Tags, Arguments);

    private static string Text(string text) => text.Replace(Separator, ' ');
}
