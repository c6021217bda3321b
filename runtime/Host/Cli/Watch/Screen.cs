using System.Globalization;
using System.Text;

namespace PlantRuntime.Host.Cli.Watch;

/// <summary>
/// The terminal while the live table is on it: the alternate screen, without cursor and without line wrap. Writes only lines that differ
/// from those on the screen, all in one call, so that nothing flickers. Owned by <see cref="LiveTable"/>; signal handlers call it on
/// threads of the runtime; locks internally. The terminal is as before after <see cref="Dispose"/>, and when the process ends otherwise.
/// </summary>
internal sealed class Screen : IDisposable
{
    private const string Open = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[0m\u001b[2J";
    private const string Close = "\u001b[0m\u001b[?7h\u001b[?25h\u001b[?1049l";
    private readonly Lock _gate = new();
    private readonly Stream _output;
    private List<string> _shown = [];
    private (int Width, int Height) _size;
    private bool _isOpen;
    private bool _isDisposed;

    /// <param name="output">The terminal; not closed.</param>
    public Screen(Stream output)
    {
        _output = output;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        AppDomain.CurrentDomain.UnhandledException += OnUnhandledException;
    }

    /// <summary>Shows these lines.</summary>
    /// <exception cref="IOException">The terminal is gone.</exception>
    public void Show(List<string> lines, int width, int height)
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            var text = new StringBuilder();
            if (!_isOpen || _size != (width, height))
            {
                text.Append(_isOpen ? "\u001b[2J" : Open);
                (_isOpen, _size, _shown) = (true, (width, height), []);
            }

            for (var i = 0; i < lines.Count; i++)
            {
                if (i < _shown.Count && _shown[i] == lines[i]) continue;
                text.Append(CultureInfo.InvariantCulture, $"\u001b[{i + 1};1H");

                // A terminal may have another opinion of the width of a character: nothing of the line before remains.
                if (!Ascii.IsValid(lines[i])) text.Append("\u001b[2K");
                text.Append(lines[i]);
            }

            _shown = lines;
            if (text.Length > 0) Write(text.ToString());
        }
    }

    /// <summary>Draws everything at the next <see cref="Show"/>: another program has used the terminal.</summary>
    public void Invalidate()
    {
        lock (_gate) _isOpen = false;
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandledException;
        End();
    }

    private void OnProcessExit(object? sender, EventArgs e) => End();

    private void OnUnhandledException(object sender, UnhandledExceptionEventArgs e) => End();

    private void End()
    {
        lock (_gate)
        {
            Leave();
            _isDisposed = true;
        }
    }

    private void Leave()
    {
        if (!_isOpen) return;
        _isOpen = false;
        try
        {
            Write(Close);
        }
        catch (IOException)
        {
            // The terminal is gone, and nothing is left to restore.
        }
    }

    private void Write(string text)
    {
        _output.Write(Encoding.UTF8.GetBytes(text));
        _output.Flush();
    }
}
