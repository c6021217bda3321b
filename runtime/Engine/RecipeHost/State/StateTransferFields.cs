using PlantRuntime.Logging;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Engine.RecipeHost.State;

/// <summary>Formats the result of a transfer of state for a log line: <c>carried=5 dropped="…"</c>. Pure.</summary>
internal static class StateTransferFields
{
    public static LogFields ToFields(this StateTransfer transfer, string key) => LogFields.From(
        $"{key}={transfer.Count}{LogFields.When(transfer.Dropped.Count > 0, $" dropped=\"{string.Join("; ", transfer.Dropped)}\"")}");
}
