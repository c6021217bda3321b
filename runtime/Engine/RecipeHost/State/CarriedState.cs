using PlantRuntime.Recipes.State;

namespace PlantRuntime.Engine.RecipeHost.State;

/// <summary>Classifies where the operators of a version got their state when it started.</summary>
internal enum StateSource
{
    /// <summary>There was no state: all operators began anew.</summary>
    None,

    /// <summary>The state file of the recipe.</summary>
    Disk,

    /// <summary>The version that ran before.</summary>
    Version,

    /// <summary>The version's own operators, as they were when it ended; the version in between hung when it was replaced.</summary>
    Own,
}

/// <summary>Describes the state that the running version of a recipe started with. Immutable.</summary>
/// <param name="Time">Time of the start, UTC.</param>
/// <param name="Source">Where the state came from.</param>
/// <param name="Transfer">The operators that kept their state, that began anew, and whose state is lost.</param>
internal sealed record CarriedState(DateTime Time, StateSource Source, StateTransfer Transfer);
