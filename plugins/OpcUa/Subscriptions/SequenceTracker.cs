namespace PlantRuntime.Plugins.OpcUa.Subscriptions;

/// <summary>
/// Sequence numbers of one subscription's notifications (OPC 10000-4, 5.14.1.2): 1 and up, from 4,294,967,295 again to 1; 0 is never used.
/// Pure.
/// </summary>
internal struct SequenceTracker
{
    /// <summary>Longest gap whose notifications are asked for one by one; a longer one is no gap but a new beginning.</summary>
    public const int LongestGap = 100;

    /// <summary>The last number that was received or skipped; 0 before the first.</summary>
    public uint Last { get; private set; }

    public readonly uint Expected => After(Last);

    public static uint After(uint number) => number == uint.MaxValue ? 1 : number + 1;

    /// <summary>True if a number is behind the last, or is the last: it was received before.</summary>
    public readonly bool IsOld(uint number) => Last != 0 && unchecked((int)(number - Last)) <= 0;

    /// <summary>Takes a received number.</summary>
    /// <param name="number">The number, not an old one.</param>
    /// <param name="missing">Gets the numbers that are missing before it.</param>
    /// <returns>False if more are missing than can be asked for.</returns>
    public bool Receive(uint number, List<uint> missing)
    {
        var isComplete = SkipTo(number, missing);
        Last = number;
        return isComplete;
    }

    /// <summary>Takes the number that the next notification will have, as a keep-alive tells it.</summary>
    public bool SkipTo(uint number, List<uint> missing)
    {
        var gap = unchecked(number - Expected);
        // The wrap leaves out 0.
        if (number < Expected && gap > 0) gap--;
        var isComplete = gap <= LongestGap;
        for (; Expected != number && isComplete; Last = Expected) missing.Add(Expected);
        if (!isComplete) Last = number == 1 ? uint.MaxValue : number - 1;
        return isComplete;
    }
}
