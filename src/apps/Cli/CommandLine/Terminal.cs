namespace Kestra.Cli.CommandLine;

/// <summary>Where the program reads and writes. Colours and moving lines are for people: a pipe gets plain text.</summary>
internal sealed class Terminal(TextReader input, TextWriter output, TextWriter error)
{
    public TextReader Input { get; } = input;

    public TextWriter Output { get; } = output;

    public TextWriter Error { get; } = error;

    /// <summary>A person looks at the output.</summary>
    public bool IsInteractive { get; init; }

    public bool OutputColours { get; init; }

    public bool ErrorColours { get; init; }

    /// <summary>Columns of the screen.</summary>
    public int Width { get; init; } = 120;

    public void Line(string text = "") => Output.WriteLine(text);

    public void Line(string text, Colour colour) => Output.WriteLine(Paint(text, colour, OutputColours));

    public void ErrorLine(string text) => Error.WriteLine(text);

    public void ErrorLine(string text, Colour colour) => Error.WriteLine(Paint(text, colour, ErrorColours));

    /// <summary>The text in a colour of the error output, where that has colours.</summary>
    public string PaintError(string text, Colour colour) => Paint(text, colour, ErrorColours);

    private static string Paint(string text, Colour colour, bool colours) => colours ? $"\e[{(int)colour}m{text}\e[0m" : text;
}

/// <summary>Colours by their terminal codes.</summary>
internal enum Colour
{
    Bold = 1,
    Dim = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
    Blue = 34,
    Cyan = 36,
}
