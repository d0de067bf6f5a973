using System.Text;
using System.Text.RegularExpressions;
using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Tests;

/// <summary>The program in a folder of its own, with what it wrote.</summary>
internal sealed partial class Workspace : IDisposable
{
    public Workspace() => Folder = Directory.CreateTempSubdirectory("kestra-cli-").FullName;

    public string Folder { get; }

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public Interruption Interruption { get; } = new();

    /// <summary>What the program reads from its standard input.</summary>
    public string Input { get; set; } = "";

    /// <summary>Everything that went to the output and to the error output so far.</summary>
    public string Output => Plain(output);

    public string Error => Plain(error);

    private readonly StringWriter output = new(new StringBuilder());
    private readonly StringWriter error = new(new StringBuilder());
    private readonly Lock gate = new();
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource Seen)> waiting = [];

    public string Write(string file, string text)
    {
        var path = Path.Combine(Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public string Read(string file) => File.ReadAllText(Path.Combine(Folder, file));

    /// <returns>The exit code.</returns>
    public Task<int> RunAsync(params string[] arguments) => new KestraProgram(new CliHost
    {
        Terminal = new Terminal(new StringReader(Input), new WatchedWriter(this, output), new WatchedWriter(this, error)),
        Environment = Environment,
        CurrentFolder = Folder,
        HomeFolder = Folder,
        Time = TimeProvider.System,
        Interruption = Interruption,
    }).RunAsync(arguments);

    /// <summary>Runs and expects an exit code; the writings of the program explain a surprise.</summary>
    public async Task<string> RunAsync(int expected, params string[] arguments)
    {
        var before = Output.Length;
        var code = await RunAsync(arguments);
        code.ShouldBe(expected, $"kestra {string.Join(' ', arguments)}\n{Output}\n{Error}");
        return Output[before..];
    }

    /// <summary>Completes when the output or the error output has the text.</summary>
    public async Task SeesAsync(string text)
    {
        TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            waiting.Add((all => all.Contains(text, StringComparison.Ordinal), seen));
        }

        Check();
        try
        {
            await seen.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException timeout)
        {
            throw new TimeoutException($"'{text}' did not come.\n{Output}\n{Error}", timeout);
        }
    }

    public void Dispose()
    {
        Interruption.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private string Plain(StringWriter writer)
    {
        lock (gate)
        {
            return Colours().Replace(writer.ToString(), "");
        }
    }

    private void Check()
    {
        lock (gate)
        {
            var all = output.ToString() + error;
            waiting.RemoveAll(item => item.Wanted(all) && item.Seen.TrySetResult());
        }
    }

    [GeneratedRegex("\e\\[[0-9;]*m")]
    private static partial Regex Colours();

    private sealed class WatchedWriter(Workspace workspace, StringWriter inner) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (workspace.gate)
            {
                inner.Write(value);
            }
        }

        public override void Write(string? value)
        {
            lock (workspace.gate)
            {
                inner.Write(value);
            }

            workspace.Check();
        }

        public override void WriteLine(string? value) => Write(value + "\n");

        public override void WriteLine() => Write("\n");
    }
}
