namespace PlantRuntime.Plugins.Jsonl;

/// <summary>How often a file is closed and the next one begun.</summary>
public enum RotateEvery
{
    /// <summary>With the first batch of a new day in UTC, as the times in the lines are.</summary>
    Day,
}
