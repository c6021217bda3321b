namespace PlantRuntime.Testing.Running;

/// <summary>What the lambdas of recipes throw: a fault that was not expected fails the test at the statement that led to it.</summary>
internal sealed class Faults(Func<Exception, string> placeOf)
{
    private const int Shown = 5;
    private readonly List<string> _faults = [];
    private long _count;
    private bool _isExpecting;

    public void Add(Exception exception)
    {
        _count++;
        if (_faults.Count < Shown) _faults.Add($"{placeOf(exception)}: {exception.GetType().Name}: {exception.Message}");
    }

    /// <exception cref="TestFailedException">There was one.</exception>
    public void Check()
    {
        if (_isExpecting || _count == 0) return;
        var text = $"the recipe threw an exception{Listed()}";
        Clear();
        throw new TestFailedException(text);
    }

    /// <summary>Runs something in which at least one fault has to hold these words.</summary>
    /// <exception cref="TestFailedException">None does.</exception>
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
