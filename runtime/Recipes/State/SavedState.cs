using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.State;

/// <summary>
/// Saves and loads the state of one operator: the name of the format, followed by the bytes of the operator. Called by <see cref="Plan"/>;
/// performs no I/O.
/// </summary>
internal static class SavedState
{
    public static byte[] Save(IStateful node, PlanClock clock, long now)
    {
        using var bytes = new MemoryStream();
        using var state = new StateWriter(bytes, clock, now);
        state.Write(node.StateFormat);
        node.Save(state);
        state.Flush();
        return bytes.ToArray();
    }

    /// <summary>Loads the state of an operator.</summary>
    /// <returns>Null, or the reason why the operator starts without state.</returns>
    public static string? Load(IStateful node, byte[] bytes, PlanClock clock, long now)
    {
        using var state = new StateReader(bytes, clock, now);
        try
        {
            var form = state.ReadString();
            if (form != node.StateFormat) return $"its state has the format \"{form}\", not \"{node.StateFormat}\"";
            node.Load(state);
            return null;
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            return $"its state is damaged: {exception.Message}";
        }
    }
}

/// <summary>The state of one operator, in the form of <see cref="SavedState"/>.</summary>
internal sealed record OperatorState(OperatorPath Path, byte[] Bytes);

/// <summary>The state of the operators of a plan at one moment.</summary>
/// <param name="Timestamp">Monotonic timestamp of that moment; ages in the state are relative to it.</param>
/// <param name="Operators">The operators in the order of their declaration.</param>
internal sealed record PlanState(long Timestamp, IReadOnlyList<OperatorState> Operators);
