namespace PlantRuntime.Recipes.State;

/// <summary>
/// Where an operator stands in a plan, in terms of what it means and not of lines: the device, the operators before it and their arguments,
/// its own. Two plans in which a place is equal mean the same thing by it, whatever else in the file was edited.
/// </summary>
/// <param name="Before">The operator before, or null for the device itself.</param>
/// <param name="Operator">The operator's name as recipes write it; for the device its name.</param>
/// <param name="Tags">The tags it was given; empty for all.</param>
/// <param name="Arguments">Its other arguments, as text.</param>
internal sealed record Place(Place? Before, string Operator, string Tags = "", string Arguments = "")
{
    private const char Separator = '\t';

    public string Device => Before?.Device ?? Operator;

    /// <summary>As a log line names it: "Deadband on line.speed".</summary>
    public string Name => $"{Operator} on {Device}{(Tags.Length > 0 ? $".{Tags}" : "")}";

    public Place Then(string name, IEnumerable<string> tags, params IEnumerable<object?> arguments) => new(
        this, name, Text(string.Join(',', tags)), Text(string.Join(", ", arguments.OfType<object>().Select(a => FormattableString.Invariant($"{a}")))));

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It wrote something else.</exception>
    public static Place Parse(string text)
    {
        var parts = text.Split(Separator);
        if (parts.Length % 3 != 1) throw new InvalidDataException($"no place has {parts.Length} parts");
        var place = new Place(null, parts[0]);
        for (var i = 1; i < parts.Length; i += 3) place = new Place(place, parts[i], parts[i + 1], parts[i + 2]);
        return place;
    }

    /// <summary>A lambda as an argument: what the recipe says, without the blanks.</summary>
    public static string Words(string lambda) => string.Concat(lambda.Where(c => !char.IsWhiteSpace(c)));

    /// <summary>What became of an operator, when it is not as <paramref name="old"/> any more.</summary>
    public string Difference(Place old) =>
        Tags != old.Tags ? "its tags changed"
        : Arguments != old.Arguments ? $"its arguments changed from ({old.Arguments}) to ({Arguments})"
        : "what comes before it changed";

    /// <summary>The device, then name, tags and arguments of each operator, apart by tabs: places are equal when their texts are.</summary>
    public override string ToString() => Before is null ? Operator : string.Join(Separator, Before, Operator, Tags, Arguments);

    private static string Text(string text) => text.Replace(Separator, ' ');
}
