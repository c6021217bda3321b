namespace PlantRuntime.Host.Sites.Toml;

/// <summary>A date, a time, or both, with or without an offset from UTC. The parts that are not there are null.</summary>
internal sealed class TomlDateTime(Position at, DateOnly? date, TimeOnly? time, TimeSpan? offset) : TomlNode(at)
{
    public DateOnly? Date { get; } = date;

    public TimeOnly? Time { get; } = time;

    public TimeSpan? Offset { get; } = offset;

    public override string Kind => Time is null ? "a date" : Date is null ? "a time" : "a date-time";
}
