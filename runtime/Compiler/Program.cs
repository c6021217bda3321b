using System.Text;
using PlantRuntime.Compiler;

// The input is not disposed, because a read is still waiting at the idle timeout. Other output goes to standard error, so that it cannot
// mix with the replies.
var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
var input = new StreamReader(Console.OpenStandardInput(), utf8);
await using var output = new StreamWriter(Console.OpenStandardOutput(), utf8);
Console.SetOut(Console.Error);
var loop = new RequestLoop(input, output, new RecipeCompilation().Compile, idleTimeout: TimeSpan.FromSeconds(60), TimeProvider.System);
await loop.RunAsync();
return 0;
