namespace PlantRuntime.Recipes.Plans;

/// <summary>
/// Calls a lambda of a recipe and reports its exceptions, so that an exception costs one scan on one branch. Exceptions that end the recipe
/// propagate: the stop by the guard, the interrupt of a wait, and a lack of memory. Called on the recipe's thread.
/// </summary>
internal readonly struct GuardedLambda<TIn, TOut>(Func<TIn, TOut> function, Action<Exception> fault)
{
    /// <returns>False if the lambda threw; the exception was passed to the fault handler.</returns>
    public bool TryCall(TIn input, out TOut result)
    {
        try
        {
            result = function(input);
            return true;
        }
        catch (Exception exception) when (exception.GetBaseException() is not (RecipeStoppedException or ThreadInterruptedException
            or OutOfMemoryException))
        {
            fault(exception);
            result = default!;
            return false;
        }
    }
}
