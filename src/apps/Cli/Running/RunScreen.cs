using Kestra.Cli.CommandLine;
using Spectre.Console;

namespace Kestra.Cli.Running;

/// <summary>A piece of a line; a colour where the terminal has them.</summary>
internal readonly record struct Piece(string Text, Colour? Colour = null);

/// <summary>Where the progress of a run is shown.</summary>
internal abstract class RunScreen
{
    /// <summary>A line that stays.</summary>
    public abstract void Line(params ReadOnlySpan<Piece> pieces);

    /// <summary>What goes on at the moment; only for people who watch.</summary>
    public abstract void Status(string text);

    /// <summary>Shows progress as long as the work lasts.</summary>
    public abstract Task<T> ShowAsync<T>(Func<Task<T>> work);

    public static RunScreen Of(Terminal terminal) => terminal.IsInteractive ? new LiveScreen(terminal) : new PlainScreen(terminal);

    /// <summary>Shows nothing, for machines.</summary>
    public static RunScreen Silent { get; } = new SilentScreen();

    private sealed class SilentScreen : RunScreen
    {
        public override void Line(params ReadOnlySpan<Piece> pieces)
        {
        }

        public override void Status(string text)
        {
        }

        public override Task<T> ShowAsync<T>(Func<Task<T>> work) => work();
    }

    /// <summary>One plain line after the other.</summary>
    private sealed class PlainScreen(Terminal terminal) : RunScreen
    {
        public override void Line(params ReadOnlySpan<Piece> pieces)
        {
            foreach (var piece in pieces)
            {
                terminal.Output.Write(piece.Colour is { } colour && terminal.OutputColours ? $"\e[{(int)colour}m{piece.Text}\e[0m" : piece.Text);
            }

            terminal.Output.WriteLine();
            terminal.Output.Flush();
        }

        public override void Status(string text)
        {
        }

        public override Task<T> ShowAsync<T>(Func<Task<T>> work) => work();
    }

    /// <summary>Lines that stay, and below them one that moves.</summary>
    private sealed class LiveScreen : RunScreen
    {
        private readonly IAnsiConsole console;
        private StatusContext? status;

        public LiveScreen(Terminal terminal) => console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(terminal.Output),
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            ColorSystem = terminal.OutputColours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        });

        public override void Line(params ReadOnlySpan<Piece> pieces)
        {
            var line = new Paragraph();
            foreach (var piece in pieces)
            {
                line.Append(piece.Text, StyleOf(piece.Colour));
            }

            line.Append("\n");
            console.Write(line);
        }

        public override void Status(string text) => status?.Status(Markup.Escape(text));

        public override Task<T> ShowAsync<T>(Func<Task<T>> work) => console.Status().Spinner(Spinner.Known.Dots).StartAsync("Starting", async context =>
        {
            status = context;
            try
            {
                return await work();
            }
            finally
            {
                status = null;
            }
        });

        private static Style StyleOf(Colour? colour) => colour switch
        {
            Colour.Bold => new Style(decoration: Decoration.Bold),
            Colour.Dim => new Style(Color.Grey),
            Colour.Red => new Style(Color.Red),
            Colour.Green => new Style(Color.Green),
            Colour.Yellow => new Style(Color.Olive),
            Colour.Blue => new Style(Color.Blue),
            Colour.Cyan => new Style(Color.Teal),
            _ => Style.Plain,
        };
    }
}
