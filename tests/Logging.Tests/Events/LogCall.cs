namespace PlantRuntime.Logging.Tests.Events;

/// <summary>One call of the log in the sources.</summary>
/// <param name="Place">File and line, relative to the repository.</param>
/// <param name="Levels">The level, or the levels if the call chooses one.</param>
/// <param name="Texts">The text with each value replaced by <see cref="Value"/>; several if the event word is chosen. Empty if it is not in
/// the sources.</param>
internal sealed record LogCall(string Place, IReadOnlyList<string> Levels, IReadOnlyList<string> Texts)
{
    /// <summary>Stands for a value in a text.</summary>
    public const char Value = '…';

    /// <summary>The first word of a text.</summary>
    public static string EventOf(string text) => text.Split(' ')[0];
}
