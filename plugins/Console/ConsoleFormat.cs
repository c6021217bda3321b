namespace PlantRuntime.Plugins.ConsoleLines;

/// <summary>What a line on the console looks like.</summary>
public enum ConsoleFormat
{
    /// <summary>For a person: <c>12:00:00.123 press  a=1.5 bar  b=- BAD_RANGE</c>, in UTC.</summary>
    Text,

    /// <summary>For another program: one JSON object a line.</summary>
    Json,
}
