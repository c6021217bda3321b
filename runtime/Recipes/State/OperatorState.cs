namespace PlantRuntime.Recipes.State;

/// <summary>What one operator remembers, as <see cref="SavedState"/> writes it.</summary>
internal sealed record OperatorState(Place Place, byte[] Bytes);
