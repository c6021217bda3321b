using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.State;

/// <summary>One operator's state as bytes: the form's name, then what the operator wrote.</summary>
internal static class SavedState
{
    public static byte[] Save(IStateful node, PlanClock clock, long now)
    {
        using var bytes = new MemoryStream();
        using var state = new StateWriter(bytes, clock, now);
        state.Write(node.StateForm);
        node.Save(state);
        state.Flush();
        return bytes.ToArray();
    }

    /// <summary>Gives an operator its state back.</summary>
    /// <returns>Null, or why it starts anew.</returns>
    public static string? Load(IStateful node, byte[] bytes, PlanClock clock, long now)
    {
        using var state = new StateReader(bytes, clock, now);
        try
        {
            var form = state.ReadString();
            if (form != node.StateForm) return $"its state has the form \"{form}\", not \"{node.StateForm}\"";
            node.Load(state);
            return null;
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            return $"its state is damaged: {exception.Message}";
        }
    }
}
