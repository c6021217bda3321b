using System.CommandLine;
using PlantRuntime.Host.Cli;

// A pattern that tries without end would hold a recipe's thread for good: it cannot be woken.
AppDomain.CurrentDomain.SetData("REGEX_DEFAULT_MATCH_TIMEOUT", TimeSpan.FromSeconds(1));

// `run` takes signals itself: it drains what is waiting and ends in order, which may need longer than the parser would grant.
var configuration = new InvocationConfiguration { ProcessTerminationTimeout = null };
return await PlantCommand.Make().Parse(args).InvokeAsync(configuration).ConfigureAwait(false);
