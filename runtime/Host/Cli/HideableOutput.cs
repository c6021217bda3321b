using System.Text;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// The standard output of <c>plant run</c> on a terminal: while the live table is shown it drops what log, console sinks and recipes write,
/// which would go through the table. Any thread, through the lock of <see cref="Console.SetOut"/>.
/// </summary>
/// <param name="output">The standard output.</param>
internal sealed class HideableOutput(TextWriter output) : TextWriter
{
    private volatile bool _isHidden;

    /// <summary>True while the table is shown.</summary>
    public bool IsHidden
    {
        get => _isHidden;
        set => _isHidden = value;
    }

    /// <summary>The standard output itself.</summary>
    public TextWriter Output => output;

    /// <summary>Called before text is written while no table is shown, to remove the line of the start's progress.</summary>
    public Action? BeforeWrite { get; set; }

    public override Encoding Encoding => output.Encoding;

    public override void Write(char value)
    {
        if (Prepare()) output.Write(value);
    }

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (Prepare()) output.Write(buffer);
    }

    public override void Write(string? value) => Write(value.AsSpan());

    /// <summary>Writes the line with one call, so that the table does not begin within it.</summary>
    public override void WriteLine(string? value)
    {
        if (Prepare()) output.WriteLine(value);
    }

    public override void Flush() => output.Flush();

    private bool Prepare()
    {
        if (_isHidden) return false;
        BeforeWrite?.Invoke();
        return true;
    }
}
