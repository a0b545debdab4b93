import Foundation

/// Keeps a score.
public final class Board: NSObject {
    private var scores: [String: Int] = [:]

    /// An empty board.
    init(size: Int) {
        super.init()
    }

    /// Adds points for a player.
    @discardableResult
    func add(_ points: Int, for player: String) -> Int {
        scores[player, default: 0] += points
        return scores[player]!
    }
}

struct Point { var x: Int; var y: Int }

protocol Drawable {
    func draw()
}

enum Side { case left, right }

extension Point: Drawable {
    // Draws a dot.
    func draw() {
        print("dot", x, y)
    }
}

// Clears everything.
func reset() {
    shared = nil
}
