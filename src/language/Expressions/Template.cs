using Kestra.Expressions.Compilation;
using Kestra.Expressions.Syntax;
using Kestra.Expressions.Values;

namespace Kestra.Expressions;

/// <summary>A parsed and compiled text; immutable, shared between threads.</summary>
public sealed class Template
{
    private readonly ExpressionEngine engine;
    private readonly Program? program;
    private readonly RawBlocks? raw;

    internal Template(string source, ExpressionEngine engine)
    {
        Source = source;
        this.engine = engine;
        if (!source.Contains('{', StringComparison.Ordinal))
        {
            return;
        }

        raw = RawBlocks.Find(source);
        var text = raw?.Replaced ?? source;
        program = new Program(text);
        new Compiler(program).Compile(Parser.Parse(text, engine.Options.DepthLimit));
    }

    public string Source { get; }

    /// <summary>Renders to itself whatever the variables are.</summary>
    public bool IsLiteral => program is null;

    /// <summary>Touches nothing outside: rendering it never blocks, and gives the same for the same variables.</summary>
    public bool IsPure => program?.IsPure ?? true;

    /// <summary>Renders to text.</summary>
    /// <exception cref="ExpressionException">The expression is wrong, or names something unknown.</exception>
    public string Render(RenderContext context)
    {
        if (program is null)
        {
            return Source;
        }

        var frame = new Frame(program, context, engine);
        return Run(frame, () =>
        {
            if (program.Single is { } single)
            {
                return Restore(ValueText.Print(single(frame)));
            }

            program.Body(frame);
            return Restore(frame.Output.Text);
        });
    }

    /// <summary>Renders to the value itself where the template is a single expression (§7.3 of the language).</summary>
    /// <exception cref="ExpressionException">The expression is wrong, or names something unknown.</exception>
    public object? RenderTyped(RenderContext context)
    {
        if (program is null)
        {
            return Source;
        }

        var frame = new Frame(program, context, engine);
        var pieces = Run(frame, () =>
        {
            program.Body(frame);
            return frame.Output.Pieces;
        });
        return pieces.Count switch
        {
            0 => null,
            1 => pieces[0] is string text ? Restore(text) : pieces[0],
            _ => Several(pieces, frame),
        };
    }

    private object Several(IReadOnlyList<object> pieces, Frame frame)
    {
        var text = Restore(frame.Output.Text);
        if (pieces.All(piece => piece is string or bool or char || ValueConversion.IsNumber(piece)))
        {
            return text;
        }

        try
        {
            return ValueJson.ReadFirst(text) ?? text;
        }
        catch (System.Text.Json.JsonException)
        {
            return text;
        }
    }

    private string Restore(string text) => raw is null ? RawBlocks.Unwrap(text) : raw.Restore(text);

    private T Run<T>(Frame frame, Func<T> render)
    {
        try
        {
            return render();
        }
        catch (EvaluationException error)
        {
            throw SyntaxErrors.InEvaluation(error.Message, Source, 0, error);
        }
        catch (Exception error) when (error is ConversionException or InvalidCastException or FormatException or ArgumentException or OverflowException or InvalidOperationException or System.Text.RegularExpressions.RegexMatchTimeoutException)
        {
            // A conversion that the language has no text of its own for.
            throw new ExpressionException($"{error.Message} ({frame.Program.Source})", Source, 0, error);
        }
    }
}
