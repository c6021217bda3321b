namespace PlantRuntime.Plugins.Modbus.Session;

/// <summary>
/// How many requests go out before the first answer is awaited. The wanted number, until a train of several breaks; then one at a time, and
/// after a while another try. A device that breaks several tries in a row without a whole train between them is asked one at a time for
/// good. Pure.
/// </summary>
/// <param name="wanted">The number from the options.</param>
internal sealed class PipelineDepth(int wanted)
{
    private const int Tries = 3;
    private const int FirstWait = 64;

    private readonly int _wanted = wanted;
    private int _broken;
    private int _wait;

    /// <summary>Requests that the next train may have.</summary>
    public int Current { get; private set; } = wanted;

    /// <summary>A train was answered whole.</summary>
    public void Answered(int requests)
    {
        if (requests > 1) _broken = 0;
        else if (_wait > 0 && --_wait == 0) Current = _wanted;
    }

    /// <summary>A train lost answers, or the connection, or the device was too busy for it.</summary>
    /// <returns>True when that settles it: this device takes one request at a time.</returns>
    public bool Broke(int requests)
    {
        if (requests <= 1) return false;
        Current = 1;
        _wait = ++_broken < Tries ? FirstWait << _broken : 0;
        return _broken == Tries;
    }
}
