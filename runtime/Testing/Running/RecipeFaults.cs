namespace PlantRuntime.Testing.Running;

/// <summary>
/// Collects the exceptions of recipe lambdas. An unexpected one fails the test at the statement that caused it. Belongs to one
/// <see cref="Simulation"/>; used on the test's thread.
/// </summary>
internal sealed class RecipeFaults(Func<Exception, string> locationOf)
{
    private const int Shown = 5;
    private readonly List<string> _faults = [];
    private long _count;
    private bool _isExpecting;

    public void Add(Exception exception)
    {
        _count++;
        if (_faults.Count < Shown) _faults.Add($"{locationOf(exception)}: {exception.GetType().Name}: {exception.Message}");
    }

    /// <exception cref="TestFailedException">There was an exception.</exception>
    public void Check()
    {
        if (_isExpecting || _count == 0) return;
        var text = $"the recipe threw an exception{Listed()}";
        Clear();
        throw new TestFailedException(text);
    }

    /// <summary>Runs an action in which at least one exception must contain these words.</summary>
    /// <exception cref="TestFailedException">No exception contains them.</exception>
    public void Expect(string words, Action action)
    {
        _isExpecting = true;
        try
        {
            action();
            if (_faults.Any(f => f.Contains(words, StringComparison.OrdinalIgnoreCase))) return;
            throw new TestFailedException($"the recipe was to throw an exception with \"{words}\""
                + (_count == 0 ? ", and threw none" : $"; it threw{Listed()}"));
        }
        finally
        {
            _isExpecting = false;
            Clear();
        }
    }

    private string Listed() =>
        string.Concat(_faults.Select(f => $"\n  {f}")) + (_count > _faults.Count ? $"\n  and {_count - _faults.Count} more" : "");

    private void Clear()
    {
        _faults.Clear();
        _count = 0;
    }
}
