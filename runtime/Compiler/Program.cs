using System.Text.Json;
using PlantRuntime.Compiler;

// A guest: it serves the host that started it and leaves when nothing was asked for a minute, or when the host is gone.
var idle = TimeSpan.FromSeconds(60);
using var input = new StreamReader(Console.OpenStandardInput());
using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
while (true)
{
    var next = input.ReadLineAsync();
    if (await Task.WhenAny(next, Task.Delay(idle)) != next || await next is not { } line) return;
    var request = JsonSerializer.Deserialize(line, ProtocolJson.Default.CompileRequest)!;
    output.WriteLine(JsonSerializer.Serialize(RecipeCompilation.Compile(request), ProtocolJson.Default.CompileReply));
}
